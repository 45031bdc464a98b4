// One chip of each style of option bytes and how its read protection is set and taken away, typed
// from STM32CubeProgrammer's device data base, AN3156 Rev 17 and AN2606, beside the models.
#pragma once

#include <cstdint>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "board/bench.h"

namespace dfurig::board {

/// What the ROM does after it wrote option bytes.
enum class Resets {
  System,          ///< AN3156 figures 7 and 10, footnote: F0, F2, F4, F7, L41x, L43x, L45x
  OptionByteLoad,  ///< the others
  InVain,          ///< AN2606, WB55: a system reset; the options wait for the next power-on
};

struct ProtectionRow {
  std::string chip;
  std::uint32_t window = 0;  ///< what the Option Bytes alternate shows
  std::uint16_t size = 0;
  unsigned rdp_byte = 0;
  std::uint8_t level0 = 0xAA;
  std::uint8_t level1 = 0xBB;
  std::optional<std::uint8_t> level2 = 0xCC;
  Resets resets = Resets::OptionByteLoad;
  bool drops = false;              ///< inertial-sense-sdk PR#1186: acknowledged and without effect
  bool is_open_at_level2 = false;  ///< AN2606, F74x: the ROM starts, for Get alone
};
inline void PrintTo(const ProtectionRow& row, std::ostream* out) {
  *out << row.chip;
}

inline const std::vector<ProtectionRow> protection_rows = {
    {"stm32f105rc", 0x1FFFF800, 16, 0, 0xA5, 0xBB, std::nullopt, Resets::System},
    {"stm32f072rb", 0x1FFFF800, 16, 0, 0xAA, 0xBB, 0xCC, Resets::System},
    {"stm32f303vc", 0x1FFFF800, 16, 0, 0xAA, 0xBB, 0xCC, Resets::System},
    {"stm32f205rg", 0x1FFFC000, 16, 1, 0xAA, 0xBB, 0xCC, Resets::System},
    {"stm32f405rg", 0x1FFFC000, 16, 1, 0xAA, 0xBB, 0xCC, Resets::System},
    {"stm32f429zi", 0x1FFFC000, 16, 1, 0xAA, 0xBB, 0xCC, Resets::System},
    {"stm32f722ze", 0x1FFF0000, 48, 1, 0xAA, 0xBB, 0xCC, Resets::System},
    {"stm32f746zg", 0x1FFF0000, 48, 1, 0xAA, 0xBB, 0xCC, Resets::System, false, true},
    {"stm32f767zi", 0x1FFF0000, 48, 1, 0xAA, 0xBB, 0xCC, Resets::System},
    {"stm32l073rz", 0x1FF80000, 32, 0},
    {"stm32l152rc", 0x1FF80000, 32, 0},
    {"stm32l432kc", 0x1FFF7800, 40, 0, 0xAA, 0xBB, 0xCC, Resets::System},
    {"stm32l476rg", 0x1FFF7800, 40, 0},
    {"stm32l4r5zi", 0x1FF00000, 40, 0},
    {"stm32g431rb", 0x1FFF7800, 40, 0},
    {"stm32g474re", 0x1FFF7800, 48, 0},
    {"stm32g0b1re", 0x1FFF7800, 116, 0},
    {"stm32c071rb", 0x1FFF7800, 116, 0},
    {"stm32h743zi", 0x5200201C, 128, 1},
    {"stm32l552ze", 0x40022040, 48, 0, 0xAA, 0xDC},
    {"stm32u575zi", 0x40022040, 64, 0, 0xAA, 0xDC, 0xCC, Resets::OptionByteLoad, true},
    {"stm32u073rc", 0x40022020, 100, 0},
    {"stm32wb55rg", 0x1FFF8000, 128, 0, 0xAA, 0xBB, 0xCC, Resets::InVain}};

/// What loads when the power went off between the halves of a write of option bytes. Level 1
/// everywhere: RM0444 p. 90, RM0365 p. 68, PM0059 §2.6.3, RM0367 §3.8.2.
struct PowerCutRow {
  std::string chip;
  std::uint32_t window = 0;
  std::uint16_t size = 0;
  bool protects_flash = false;  ///< PCROP of all sectors
  bool has_rom = true;          ///< BOOT0=1 still starts it
};
inline void PrintTo(const PowerCutRow& row, std::ostream* out) {
  *out << row.chip;
}

inline const std::vector<PowerCutRow> power_cut_rows = {
    {"stm32f105rc", 0x1FFFF800, 16},
    {"stm32f072rb", 0x1FFFF800, 16},
    {"stm32f303vc", 0x1FFFF800, 16},
    {"stm32f205rg", 0x1FFFC000, 16},
    {"stm32f405rg", 0x1FFFC000, 16},
    {"stm32f401re", 0x1FFFC000, 16, true},  // community.st.com thread 50422, of an F429ZI
    {"stm32f429zi", 0x1FFFC000, 16, true},
    {"stm32f722ze", 0x1FFF0000, 48, false, false},  // BOOT_ADD1 is 0xFFFF
    {"stm32l073rz", 0x1FF80000, 32, true},          // RM0367 §3.8.2: WPRMOD 1, WRPROT 0
    {"stm32l152rc", 0x1FF80000, 32},
    {"stm32l476rg", 0x1FFF7800, 40},
    {"stm32l4r5zi", 0x1FF00000, 40},
    {"stm32g431rb", 0x1FFF7800, 40, false, false},   // RM0490 §4.4.2: BOOT_LOCK is 1
    {"stm32g474re", 0x1FFF7800, 48, false, false},   //
    {"stm32g0b1re", 0x1FFF7800, 116, false, false},  //
    {"stm32c071rb", 0x1FFF7800, 116, false, false},  //
    {"stm32wb55rg", 0x1FFF8000, 128},
    {"stm32h743zi", 0x5200201C, 128, false, false},  // not published, as those that follow
    {"stm32h563zi", 0x40022050, 176, false, false},
    {"stm32l552ze", 0x40022040, 48, false, false},
    {"stm32u575zi", 0x40022040, 64, false, false},
    {"stm32u073rc", 0x40022020, 100, false, false}};

/// The way of one chip from read protection level 0 to 1 and back, over DFU.
class ProtectionTest : public BoardTest, public testing::WithParamInterface<ProtectionRow> {
 protected:
  ProtectionTest() : BoardTest(load(GetParam().chip)) {
    start_in_bootloader();
    board_.chip().flash().preload(flash, application);
    for (const stm32::MemorySpec& memory : board_.model().chip.memories) {
      const std::uint32_t end = memory.base + memory.size - mark_size;
      const bool goes_too = memory.kind == stm32::MemoryKind::Ram ||
                            memory.kind == stm32::MemoryKind::Eeprom;  // RM0367 §3.8.2
      if (!goes_too) continue;
      board_.chip().program(end, Bytes(mark_size, 0x5A));
      erased_with_protection_.push_back(end);
    }
  }

  /// As a host does: reads the whole block, changes RDP, writes it back.
  void write_rdp(std::uint8_t value) {
    ASSERT_EQ(set_address(GetParam().window), dfu::Status::OK);
    block_ = upload(2, GetParam().size).value();
    ASSERT_EQ(block_[GetParam().rdp_byte], GetParam().level0);
    Bytes changed = block_;
    changed[GetParam().rdp_byte] = value;
    ASSERT_EQ(set_address(GetParam().window), dfu::Status::OK);
    operate_and_lose(2, changed);
    EXPECT_EQ(reset_event(), GetParam().resets);
    if (GetParam().resets == Resets::InVain) start_in_bootloader();
  }
  std::optional<Resets> reset_event() const {
    std::optional<Resets> found;
    for (const Event& event : board_.events()) {
      if (event.what == "system reset, with the new option bytes") found = Resets::System;
      if (event.what == "option bytes loaded, which resets") found = Resets::OptionByteLoad;
      if (event.what == "system reset by software (SYSRESETREQ)") found = Resets::InVain;
    }
    return found;
  }
  /// What AN3156 table 4 refuses, or the U5 acknowledges without effect.
  void expect_no_access() {
    const dfu::Status refused = GetParam().drops ? dfu::Status::OK : dfu::Status::errVENDOR;
    EXPECT_EQ(operate(2, Bytes(16, 0x00)), refused) << "Write";
    EXPECT_EQ(operate(0, command(dfu::ERASE, flash)), refused) << "Erase";
    EXPECT_EQ(operate(0, {dfu::ERASE}), refused) << "mass erase";
    EXPECT_EQ(upload(2, 16), std::nullopt) << "Read";
    EXPECT_EQ(status().bStatus, dfu::Status::errVENDOR);
    EXPECT_TRUE(has_application()) << "nothing came of it";
  }
  bool has_application() const {
    const ByteView view = board_.chip().flash().view(flash, 8);
    return Bytes(view.begin(), view.end()) == application;
  }
  bool is_zero(std::uint32_t address) const {
    Bytes content(mark_size);
    EXPECT_EQ(board_.chip().read_memory(address, content), stm32::MemoryStatus::Ok);
    return content == Bytes(mark_size, 0);
  }

  static constexpr std::uint32_t flash = 0x08000000;
  static constexpr std::uint32_t mark_size = 16;
  Bytes block_;
  std::vector<std::uint32_t> erased_with_protection_;
};

}  // namespace dfurig::board
