#include "attach/vdso.h"

#include <elf.h>
#include <gtest/gtest.h>
#include <sys/syscall.h>

#include <cstring>
#include <string>

namespace dfurig::attach {
namespace {

/// An image with the dynamic symbols "" and "one" and "__vdso_time".
struct Image {
  Elf64_Ehdr header{};
  Elf64_Shdr sections[3]{};
  Elf64_Sym symbols[3]{};
  char names[20] = "\0one\0__vdso_time";

  Image() {
    std::memcpy(header.e_ident, ELFMAG, SELFMAG);
    header.e_machine = EM_X86_64;
    header.e_shoff = offsetof(Image, sections);
    header.e_shnum = 3;
    sections[1].sh_type = SHT_DYNSYM;
    sections[1].sh_link = 2;
    sections[1].sh_offset = offsetof(Image, symbols);
    sections[1].sh_size = sizeof symbols;
    sections[2].sh_type = SHT_STRTAB;
    sections[2].sh_offset = offsetof(Image, names);
    symbols[1].st_name = 1;
    symbols[1].st_value = 0x600;
    symbols[2].st_name = 5;
    symbols[2].st_value = 0xA80;
  }
  ByteView bytes() const { return {reinterpret_cast<const std::uint8_t*>(this), sizeof *this}; }
};

TEST(Vdso, FindsAFunctionByItsWholeName) {
  const Image image;
  EXPECT_EQ(find_vdso_function(image.bytes(), "one"), 0x600u);
  EXPECT_EQ(find_vdso_function(image.bytes(), "__vdso_time"), 0xA80u);
  EXPECT_EQ(find_vdso_function(image.bytes(), "__vdso_tim"), std::nullopt);
  EXPECT_EQ(find_vdso_function(image.bytes(), "time"), std::nullopt);
}

TEST(Vdso, FindsNothingInWhatIsNoImageOrIsCut) {
  Image image;
  EXPECT_EQ(find_vdso_function({}, "one"), std::nullopt);
  for (std::size_t size = 0; size < offsetof(Image, names) + 4; ++size) {
    EXPECT_EQ(find_vdso_function(image.bytes().first(size), "one"), std::nullopt) << size;
  }
  image.sections[1].sh_offset = ~std::uint64_t{0};
  EXPECT_EQ(find_vdso_function(image.bytes(), "one"), std::nullopt);
  image.header.e_shoff = ~std::uint64_t{0};
  EXPECT_EQ(find_vdso_function(image.bytes(), "one"), std::nullopt);
  image = Image();
  image.header.e_machine = EM_AARCH64;
  EXPECT_EQ(find_vdso_function(image.bytes(), "one"), std::nullopt);
}

TEST(Vdso, MakesASystemCallOfAFunction) {
  EXPECT_EQ(system_call_code(SYS_clock_gettime), (Bytes{0xB8, 0xE4, 0, 0, 0, 0x0F, 0x05, 0xC3}));
}

}  // namespace
}  // namespace dfurig::attach
