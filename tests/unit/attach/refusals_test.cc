#include "attach/refusals.h"

#include <gtest/gtest.h>

#include <cerrno>

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
    } catch (const HostRefusal& error) {
      EXPECT_NE(std::string(error.what()).find(release), std::string::npos);
      EXPECT_NE(std::string(error.what()).find("usbip attach"), std::string::npos);
    }
  }
}

TEST(FilterRefusal, TellsNestingFromAnOuterProfile) {
  EXPECT_STREQ(filter_refusal(EBUSY).what(),
               "exec: this process is inside a dfurig exec already: they cannot be nested\n"
               "  run all tools in one wrapper: dfurig exec … -- sh -c 'tool1; tool2'");
  EXPECT_STREQ(filter_refusal(EPERM).what(),
               "exec: the kernel refuses seccomp user notification: Operation not permitted (a "
               "container's seccomp profile?)\n"
               "  use dfurig serve and the kernel's client instead: usbip attach -r 127.0.0.1 -b "
               "1-1");
}

TEST(MemoryRefusal, NamesTheSettingThatForbidsIt) {
  const std::string problem =
      "exec: the kernel refuses access to the tool's memory: Operation not permitted ";
  const auto refusal = [](std::optional<int> scope) {
    return std::string(memory_refusal(EPERM, scope).what());
  };
  EXPECT_EQ(refusal(2), problem +
                            "(kernel.yama.ptrace_scope is 2)\n"
                            "  run it as root, or set it: sysctl kernel.yama.ptrace_scope=1");
  EXPECT_TRUE(refusal(3).starts_with(problem + "(kernel.yama.ptrace_scope is 3)\n  use dfurig"));
  for (const std::optional<int> allowed : {std::optional<int>(), {0}, {1}}) {
    EXPECT_TRUE(refusal(allowed).starts_with(problem + "(a container's seccomp profile?)\n  use"));
  }
}

}  // namespace
}  // namespace dfurig::attach
