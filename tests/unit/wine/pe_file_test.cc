#include "wine/pe_file.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "support/input_error.h"

namespace dfurig::wine {
namespace {

/// One section at address 0x1000 that holds the import table of two DLLs (Microsoft: PE Format).
Bytes sample(std::uint16_t machine, bool is_plus, std::uint16_t subsystem) {
  const std::uint16_t optional_size = is_plus ? 240 : 224;
  ByteWriter file;
  file.u8('M').u8('Z').zeros(58).u32le(64);
  file.u8('P').u8('E').zeros(2).u16le(machine).u16le(1).zeros(12).u16le(optional_size).zeros(2);
  ByteWriter optional;
  optional.u16le(is_plus ? 0x20B : 0x10B).zeros(66).u16le(subsystem);
  optional.zeros(is_plus ? 42 : 26).zeros(8).u32le(0x1000).u32le(60);
  Bytes head = optional.take();
  head.resize(optional_size);
  file.append(head);
  file.zeros(8).u32le(0x200).u32le(0x1000).u32le(0x200).u32le(0x400).zeros(16);
  Bytes bytes = file.take();
  bytes.resize(0x400);
  ByteWriter section;
  section.zeros(12).u32le(0x1040).zeros(4).zeros(12).u32le(0x1050).zeros(4).zeros(20).zeros(4);
  const std::string names = std::string("STDFU.dll") + std::string(7, '\0') + "mfc140.dll";
  Bytes table = section.take();
  table.insert(table.end(), names.begin(), names.end());
  table.resize(0x200);
  bytes.insert(bytes.end(), table.begin(), table.end());
  return bytes;
}

TEST(PeFile, TellsMachineSubsystemAndImports) {
  const PeFile console = parse_pe_file(sample(machine_i386, false, 3), "x.exe");
  EXPECT_EQ(console.machine, machine_i386);
  EXPECT_FALSE(console.has_windows);
  EXPECT_EQ(console.imports, (std::vector<std::string>{"STDFU.dll", "mfc140.dll"}));
  const PeFile graphical = parse_pe_file(sample(machine_x86_64, true, 2), "x.exe");
  EXPECT_EQ(graphical.machine, machine_x86_64);
  EXPECT_TRUE(graphical.has_windows);
  EXPECT_EQ(graphical.imports, console.imports);
}

TEST(PeFile, RefusesWhatIsNone) {
  for (const Bytes& bytes : {Bytes{}, Bytes{'M', 'Z'}, Bytes(64), Bytes(1000, 0xFF)}) {
    EXPECT_THROW(parse_pe_file(bytes, "x.exe"), InputError);
  }
  EXPECT_THROW(load_pe_file("no/such/file.exe"), InputError);
}

TEST(PeFile, SurvivesBeingCutOffAnywhere) {
  const Bytes whole = sample(machine_i386, false, 3);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    try {
      const PeFile file = parse_pe_file(ByteView(whole).first(size), "x.exe");
      EXPECT_LE(file.imports.size(), 2u) << size;
    } catch (const InputError&) {
      EXPECT_LT(size, 90u) << "the headers were there";
    }
  }
}

TEST(PeFile, SurvivesAnyByteBeingWrong) {
  const Bytes whole = sample(machine_i386, false, 3);
  for (std::size_t i = 0; i < whole.size(); ++i) {
    Bytes broken = whole;
    broken[i] = 0xFF;
    try {
      parse_pe_file(broken, "x.exe");
    } catch (const InputError&) {
      EXPECT_LT(i, 68u) << "only the signatures and where they are matter so much";
    }
  }
}

}  // namespace
}  // namespace dfurig::wine
