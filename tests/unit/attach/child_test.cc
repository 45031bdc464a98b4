#include "attach/child.h"

#include <gtest/gtest.h>

#include "support/input_error.h"

namespace dfurig::attach {
namespace {

TEST(CheckKernel, TakesLinux519AndNewer) {
  for (const char* release : {"5.19.0", "6.1.0-13-amd64", "6.18.44", "10.0"}) {
    EXPECT_NO_THROW(check_kernel(release)) << release;
  }
}

TEST(CheckKernel, RefusesOlderOnesAndNamesTheAlternative) {
  for (const char* release : {"5.18.19", "5.10.0-28-amd64", "4.19.0"}) {
    try {
      check_kernel(release);
      ADD_FAILURE() << release;
    } catch (const InputError& error) {
      EXPECT_NE(std::string(error.what()).find(release), std::string::npos);
      EXPECT_NE(std::string(error.what()).find("usbip attach"), std::string::npos);
    }
  }
}

TEST(FindProgram, LooksInPathAndTakesPathsAsTheyAre) {
  EXPECT_TRUE(find_program("sh").ends_with("/sh"));
  EXPECT_EQ(find_program("/bin/sh"), "/bin/sh");
  EXPECT_EQ(find_program("./sh", "/bin"), "/bin/./sh");
  EXPECT_THROW(find_program("no-such-tool"), InputError);
  EXPECT_THROW(find_program("/no/such/tool"), InputError);
}

}  // namespace
}  // namespace dfurig::attach
