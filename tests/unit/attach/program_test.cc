#include "attach/program.h"

#include <gtest/gtest.h>

#include "support/input_error.h"

namespace dfurig::attach {
namespace {

TEST(FindProgram, LooksInPathAndTakesPathsAsTheyAre) {
  EXPECT_TRUE(find_program("sh").ends_with("/sh"));
  EXPECT_EQ(find_program("/bin/sh"), "/bin/sh");
  EXPECT_EQ(find_program("./sh", "/bin"), "/bin/./sh");
  EXPECT_THROW(find_program("no-such-tool"), InputError);
  EXPECT_THROW(find_program("/no/such/tool"), InputError);
}

/// The first twenty bytes of an ELF file: EI_CLASS at 4, e_machine at 18.
Bytes elf(std::uint8_t ei_class, std::uint8_t e_machine) {
  return {0x7F, 'E', 'L', 'F', ei_class, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, e_machine, 0};
}

TEST(ForeignArchitecture, IsWhatMakesOtherSystemCalls) {
  EXPECT_EQ(foreign_architecture(elf(2, 62)), "") << "x86_64";
  EXPECT_EQ(foreign_architecture(elf(1, 3)), "i386");
  EXPECT_EQ(foreign_architecture(elf(1, 62)), "x32");
  EXPECT_EQ(foreign_architecture(elf(2, 183)), "aarch64");
  EXPECT_EQ(foreign_architecture(elf(1, 40)), "arm");
  EXPECT_EQ(foreign_architecture(elf(2, 243)), "ELF machine 243");
}

TEST(ForeignArchitecture, IsTheKernelsBusinessForWhatIsNoElf) {
  const std::string script = "#!/bin/sh\necho\n";
  EXPECT_EQ(foreign_architecture(Bytes(script.begin(), script.end())), "");
  EXPECT_EQ(foreign_architecture(Bytes{0x7F, 'E', 'L', 'F'}), "");
  EXPECT_EQ(foreign_architecture({}), "");
}

TEST(CheckArchitecture, TakesThisMachinesPrograms) {
  EXPECT_NO_THROW(check_architecture("/proc/self/exe"));
  EXPECT_NO_THROW(check_architecture("/no/such/file"));
}

}  // namespace
}  // namespace dfurig::attach
