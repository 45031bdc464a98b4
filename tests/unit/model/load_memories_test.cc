#include "model/load_memories.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "dfu/memory_operations.h"
#include "model/memory_rows.h"
#include "model/temporary_models.h"

namespace dfurig::model {
namespace {

using dfu::Status;
using stm32::MemoryKind;

bool is_of(const std::string& model, const std::string& chips) {
  std::istringstream words(chips);
  for (std::string word; words >> word;) {
    if (model.starts_with("stm32" + word)) return true;
  }
  return false;
}

template <typename Rows>
auto find_row(const Rows& rows, const std::string& model) {
  return std::ranges::find_if(rows, [&](const auto& row) { return is_of(model, row.chips); });
}

/// "4*16K,1*64K" as sectors from the start of flash on.
std::vector<stm32::Sector> parse_sectors(const std::string& text) {
  std::vector<stm32::Sector> sectors;
  std::uint32_t address = 0x08000000;
  std::istringstream runs(text);
  for (std::string run; std::getline(runs, run, ',');) {
    const std::uint32_t unit = run.ends_with('K') ? 1024 : 1;
    const auto size = static_cast<std::uint32_t>(std::stoul(run.substr(run.find('*') + 1))) * unit;
    for (unsigned long count = std::stoul(run); count > 0; --count) {
      sectors.push_back({address, size});
      address += size;
    }
  }
  return sectors;
}

/// A chip just powered on and its ROM's memory operations.
class Rom {
 public:
  explicit Rom(const Model& model) : model_(model), chip_(model.chip) {
    chip_.reset(stm32::ResetKind::PowerOn);
  }
  stm32::Chip& chip() { return chip_; }
  Status write(std::uint32_t address, const Bytes& data) {
    const Status status = memory_.run(dfu::SetAddress{address}).status;
    return status == Status::OK ? memory_.run(dfu::WriteMemory{2, data}).status : status;
  }
  Status erase(std::uint32_t address) { return memory_.run(dfu::EraseSector{address}).status; }
  Bytes read(std::uint32_t address, std::size_t size) {
    Bytes bytes(size, 0xEE);
    EXPECT_EQ(memory_.run(dfu::SetAddress{address}).status, Status::OK) << address;
    EXPECT_EQ(memory_.read(2, bytes), Status::OK) << address;
    return bytes;
  }
  void fill(std::uint8_t value) {
    const stm32::Flash& flash = chip_.flash();
    chip_.flash().preload(flash.spec().base, Bytes(flash.content().size(), value));
  }
  std::uint8_t content_at(std::uint32_t address) { return chip_.flash().view(address, 1)[0]; }
  /// As a programmer over SWD does it, and the chip loads them.
  void patch_options(const std::vector<OptionPatch>& patches) {
    stm32::OptionBytes& options = chip_.option_bytes();
    for (const OptionPatch& patch : patches) {
      const auto& windows = options.spec().windows;
      const auto window = std::ranges::find_if(windows, [&](const stm32::Window& it) {
        return patch.address >= it.address && patch.address < it.address + it.size;
      });
      ASSERT_NE(window, windows.end()) << patch.address;
      const ByteView before = options.view(window->address, patch.address - window->address);
      Bytes bytes(before.begin(), before.end());
      bytes.insert(bytes.end(), patch.bytes.begin(), patch.bytes.end());
      options.preload(window->address, bytes);
    }
    chip_.reset(stm32::ResetKind::OptionByteLoad);
  }

 private:
  const Model& model_;
  stm32::Chip chip_;
  dfu::MemoryOperations memory_{model_.bootloader, chip_};
};

/// Every sector is erased from its first byte to its last and no further; no address behind.
void expect_sectors(stm32::Chip& chip, const std::string& text) {
  const std::vector<stm32::Sector> sectors = parse_sectors(text);
  ASSERT_EQ(chip.flash().sectors(), sectors);
  const std::uint32_t end = sectors.back().address + sectors.back().size;
  EXPECT_EQ(chip.flash().content().size(), end - 0x08000000);
  chip.flash().preload(0x08000000, Bytes(end - 0x08000000, 0x11));
  const std::uint8_t erased = chip.spec().flash.erased_value;
  for (const stm32::Sector& sector : sectors) {
    const std::uint32_t last = sector.address + sector.size - 1;
    EXPECT_EQ(chip.erase_sector(last), stm32::MemoryStatus::Ok);
    EXPECT_EQ(chip.flash().view(sector.address, 1)[0], erased);
    EXPECT_EQ(chip.flash().view(last, 1)[0], erased);
    const bool is_last = last + 1 == end;
    ASSERT_TRUE(is_last || chip.flash().view(last + 1, 1)[0] == 0x11) << last;
  }
  EXPECT_EQ(chip.erase_sector(end), stm32::MemoryStatus::BadAddress);
}

/// A whole unit, an odd tail, an odd address.
void expect_program_unit(Rom rom, const FlashRow& row) {
  const std::uint32_t base = 0x08000000;
  EXPECT_EQ(rom.read(base, 2), Bytes(2, row.erased));
  EXPECT_EQ(rom.write(base, Bytes(row.program_unit, 0x5A)), Status::OK);
  EXPECT_EQ(rom.read(base, row.program_unit), Bytes(row.program_unit, 0x5A));
  EXPECT_EQ(rom.read(base + row.program_unit, 1), Bytes{row.erased});
  const std::uint32_t next = base + 2 * row.program_unit;
  EXPECT_EQ(rom.write(next, Bytes(row.program_unit + 1, 0x5A)), Status::OK);
  const bool is_kept = row.odd_tail == stm32::OddTail::Written;
  EXPECT_EQ(rom.read(next + row.program_unit, 1), Bytes{is_kept ? std::uint8_t{0x5A} : row.erased});
  if (row.program_unit == 1) return;
  EXPECT_EQ(rom.write(base + 8 * row.program_unit + 1, Bytes(row.program_unit, 0x5A)),
            Status::errTARGET);
}

/// Programming what is programmed.
void expect_over_written(Rom rom, const FlashRow& row) {
  const auto program = [&](std::uint8_t value) {
    return rom.write(0x08000000, Bytes(row.program_unit, value));
  };
  EXPECT_EQ(program(0xF0), Status::OK);
  if (row.over_written == bits) {
    EXPECT_EQ(program(0x3C), Status::OK);
    EXPECT_EQ(rom.content_at(0x08000000), row.erased == 0xFF ? 0xF0 & 0x3C : 0xF0 | 0x3C);
    return;
  }
  EXPECT_EQ(program(0x30), Status::errTARGET);
  EXPECT_EQ(rom.content_at(0x08000000), 0xF0);
  EXPECT_EQ(program(0x00), Status::OK) << "zeros are always taken";
  EXPECT_EQ(rom.content_at(0x08000000), row.erased == 0xFF ? 0x00 : 0xF0);
}

/// What leaves no flash behind: one chip, then the other layout that option bits choose.
void expect_layouts(const Model& model, const FlashRow& row) {
  Rom rom(model);
  expect_sectors(rom.chip(), row.sectors);
  const auto layout = find_row(layout_rows, model.name);
  EXPECT_EQ(model.chip.flash.layouts.size(), layout == std::end(layout_rows) ? 0u : 2u);
  if (layout == std::end(layout_rows)) return;
  const OptionField* field = model.find_option_field(layout->option);
  ASSERT_NE(field, nullptr) << layout->option;
  const auto& windows = model.chip.option_bytes.windows;
  ASSERT_LT(field->byte, windows[0].size);
  const auto turned =
      static_cast<std::uint8_t>(model.chip.option_bytes.factory[field->byte] ^ 1u << field->bit);
  rom.patch_options({{windows[0].address + field->byte, {turned}}});
  expect_sectors(rom.chip(), layout->sectors);
}

void expect_flash(const Model& model) {
  const auto row = find_row(flash_rows, model.name);
  ASSERT_NE(row, std::end(flash_rows)) << "is in no row";
  EXPECT_EQ(model.bootloader.write_alignment, row->write_alignment);
  EXPECT_EQ(model.chip.flash.program_unit, row->program_unit);
  expect_program_unit(Rom(model), *row);
  expect_over_written(Rom(model), *row);
  expect_layouts(model, *row);
}

/// RM0367, RM0038: written without an erase, and there is none.
void expect_eeprom(Rom rom, const MemoryRow& row) {
  EXPECT_EQ(rom.read(row.base + row.size - 2, 2), Bytes(2, 0x00));
  EXPECT_EQ(rom.write(row.base + 1, Bytes{0x5A}), Status::OK);
  EXPECT_EQ(rom.write(row.base + 1, Bytes{0x21}), Status::OK);
  EXPECT_EQ(rom.erase(row.base), Status::errTARGET);
  EXPECT_EQ(rom.chip().mass_erase(), stm32::MemoryStatus::Ok);
  EXPECT_EQ(rom.read(row.base, 3), (Bytes{0x00, 0x21, 0x00}));
}

/// RM0090 Rev 21 §3.8 and RM0440 §3.3.1.
void expect_otp(Rom rom, const MemoryRow& row) {
  const std::uint32_t last_block = row.base + 15 * row.locked_block;
  const std::size_t size = std::max(row.written_once, 1u);
  EXPECT_EQ(rom.read(row.base + row.size - 2, 2), Bytes(2, 0xFF));
  EXPECT_EQ(rom.write(last_block, Bytes(size, 0xF0)), Status::OK);
  EXPECT_EQ(rom.write(last_block, Bytes(size, 0x3F)),
            row.written_once > 0 ? Status::errTARGET : Status::OK);
  EXPECT_EQ(rom.erase(last_block), Status::errTARGET);
  EXPECT_EQ(rom.chip().mass_erase(), stm32::MemoryStatus::Ok);
  EXPECT_EQ(rom.read(last_block, 1)[0], row.written_once > 0 ? 0xF0 : 0x30);
  if (row.locked_block == 0) return;
  EXPECT_EQ(rom.write(row.base + 16 * row.locked_block + 15, Bytes{0x00}), Status::OK);
  EXPECT_EQ(rom.write(last_block - 1, Bytes{0x00, 0x00, 0x00}), Status::OK);
  EXPECT_EQ(rom.read(last_block - 1, 3), (Bytes{0x00, 0x30, 0xFF})) << "block 15 is locked";
}

/// AN3156: one byte from 0 to 4, three that are reserved.
void expect_device_feature(Rom rom, const MemoryRow& row) {
  EXPECT_EQ(rom.read(row.base, 4), (Bytes{0x00, 0xFF, 0xFF, 0xFF}));
  for (std::uint8_t value = 0; value <= 4; ++value) {
    EXPECT_EQ(rom.write(row.base, Bytes{value, 0, 0, 0}), Status::OK);
    EXPECT_EQ(rom.read(row.base, 4), (Bytes{value, 0xFF, 0xFF, 0xFF}));
  }
  EXPECT_EQ(rom.write(row.base, Bytes{5}), Status::errTARGET);
  EXPECT_EQ(rom.erase(row.base), Status::errTARGET);
  EXPECT_EQ(rom.read(row.base, 1), Bytes{4});
}

void expect_memory(const Model& model, MemoryKind kind) {
  const auto row = std::ranges::find_if(memory_rows, [&](const MemoryRow& it) {
    return it.kind == kind && is_of(model.name, it.chips);
  });
  const bool is_expected = row != std::end(memory_rows);
  const auto& memories = model.chip.memories;
  const auto memory = std::ranges::find(memories, kind, &stm32::MemorySpec::kind);
  ASSERT_EQ(memory != memories.end(), is_expected) << "kind " << static_cast<int>(kind);
  if (!is_expected) return;
  EXPECT_EQ(memory->base, row->base);
  EXPECT_EQ(memory->size, row->size);
  if (kind == MemoryKind::Eeprom) expect_eeprom(Rom(model), *row);
  if (kind == MemoryKind::Otp) expect_otp(Rom(model), *row);
  if (kind == MemoryKind::DeviceFeature) expect_device_feature(Rom(model), *row);
}

/// AN3156: writing and erasing what is write-protected is acknowledged and does nothing.
void expect_protection(Rom rom, const ProtectionRow& row) {
  const std::uint8_t erased = rom.chip().spec().flash.erased_value;
  rom.patch_options(row.patches);
  rom.fill(0x11);
  const std::vector<stm32::Sector>& sectors = rom.chip().flash().sectors();
  for (const std::size_t i : {row.first, row.last}) {
    const stm32::Sector sector = sectors.at(i);
    EXPECT_EQ(rom.erase(sector.address), Status::OK);
    EXPECT_EQ(rom.write(sector.address, Bytes(32, 0x00)), Status::OK);
    EXPECT_EQ(rom.content_at(sector.address), 0x11) << "sector " << i;
    const Bytes seen = rom.read(sector.address + sector.size - 1, 1);
    EXPECT_EQ(seen[0], row.is_pcrop ? 0x00 : 0x11) << "sector " << i;
  }
  EXPECT_EQ(rom.chip().mass_erase(), stm32::MemoryStatus::Ok);
  for (const std::size_t i : {row.first - 1, row.last + 1}) {
    if (i >= sectors.size()) continue;
    EXPECT_EQ(rom.content_at(sectors[i].address), 0x11) << "mass erase while protected";
    EXPECT_EQ(rom.read(sectors[i].address, 1)[0], 0x11);
    EXPECT_EQ(rom.chip().erase_sector(sectors[i].address), stm32::MemoryStatus::Ok);
    EXPECT_EQ(rom.content_at(sectors[i].address), erased) << "sector " << i;
  }
}

/// Rows that name the chip; each is ticked off.
void expect_protections(const Model& model, std::vector<bool>& is_used) {
  bool has_wrp = false, has_pcrop = false;
  for (std::size_t i = 0; i < protection_rows.size(); ++i) {
    const ProtectionRow& row = protection_rows[i];
    if (!is_of(model.name, row.chips)) continue;
    SCOPED_TRACE("protection row " + std::to_string(i));
    expect_protection(Rom(model), row);
    is_used[i] = true;
    has_wrp = has_wrp || !row.is_pcrop;
    has_pcrop = has_pcrop || row.is_pcrop;
  }
  // No option byte in the window of a C5's ROM protects a sector.
  EXPECT_EQ(has_wrp, !model.name.starts_with("stm32c5"));
  const stm32::PcropSpec& pcrop = model.chip.option_bytes.pcrop;
  EXPECT_EQ(pcrop.mode || !pcrop.areas.empty(), has_pcrop);
}

TEST(ShippedMemories, AreAsTheDeviceDataBaseAndTheManualsHaveThem) {
  const Library library(shipped_models);
  std::vector<bool> is_used(protection_rows.size());
  for (const std::string& name : library.names()) {
    const Model model = library.load(name);
    if (!model.has_usb_dfu()) continue;
    SCOPED_TRACE(name);
    expect_flash(model);
    for (const MemoryKind kind : {MemoryKind::Otp, MemoryKind::Eeprom, MemoryKind::DeviceFeature}) {
      expect_memory(model, kind);
    }
    expect_protections(model, is_used);
  }
  for (std::size_t i = 0; i < is_used.size(); ++i) EXPECT_TRUE(is_used[i]) << "row " << i;
}

}  // namespace
}  // namespace dfurig::model
