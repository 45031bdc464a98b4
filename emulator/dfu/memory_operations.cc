#include "dfu/memory_operations.h"

#include <algorithm>

namespace dfurig::dfu {
namespace {

using stm32::MemoryStatus;
using Outcome = MemoryOperations::Outcome;

/// AN3156: an address the memory cannot serve is errTARGET. What a failing memory gives is not
/// documented (no source shows the ROM using errPROG or errERASE); errTARGET is used there too.
Status status_of(MemoryStatus status) {
  return status == MemoryStatus::Ok ? Status::OK : Status::errTARGET;
}

/// AN2606 known limitations, F76x: sector i of bank 2 erases i + 4.
constexpr std::size_t bank2_erase_distance = 4;

/// AN2606 known limitations, L47x and L43x: blocks above 256 bytes and no multiple of 8.
constexpr std::size_t corrupted_above = 256;

}  // namespace

std::optional<std::uint32_t> block_address(const BootloaderSpec& spec, std::uint16_t wBlockNum,
                                           std::size_t wLength, std::uint32_t address_pointer) {
  const bool is_fixed = spec.block_size == BlockSize::wTransferSize;
  const auto size = is_fixed ? spec.wTransferSize : static_cast<std::uint16_t>(wLength);
  return block_address(wBlockNum, size, address_pointer);
}

MemoryOperations::MemoryOperations(const BootloaderSpec& spec, stm32::Chip& chip)
    : spec_(spec), chip_(chip), address_pointer_(spec.default_address) {}

Outcome MemoryOperations::run(const Operation& operation) {
  return std::visit([this](const auto& it) { return perform(it); }, operation);
}

Status MemoryOperations::read(std::uint16_t wBlockNum, std::span<std::uint8_t> into) const {
  const auto address = block_address(spec_, wBlockNum, into.size(), address_pointer_);
  if (!address) return Status::errTARGET;
  const auto size = static_cast<std::uint32_t>(into.size());
  const bool is_option = chip_.option_bytes().contains(*address, size);
  if (is_protected() && (refuses_protected() || !is_option)) return Status::errVENDOR;
  if (is_reserved(*address)) return Status::errTARGET;
  return status_of(chip_.read_memory(*address, into));
}

bool MemoryOperations::is_protected() const {
  return chip_.option_bytes().read_protection() >= stm32::ReadProtection::Level1;
}

bool MemoryOperations::refuses_protected() const {
  return is_protected() && spec_.protected_access == ProtectedAccess::ErrVendor;
}

/// AN2606: the first kibibytes of RAM are the bootloader's own.
bool MemoryOperations::is_reserved(std::uint32_t address) const {
  for (const stm32::MemorySpec& memory : chip_.spec().memories) {
    if (memory.kind != stm32::MemoryKind::Ram) continue;
    return address >= memory.base && address - memory.base < spec_.reserved_ram;
  }
  return false;
}

bool MemoryOperations::is_in_bank2(std::uint32_t address) const {
  const stm32::FlashSpec& flash = chip_.spec().flash;
  return address >= flash.base + flash.size() / 2;
}

Outcome MemoryOperations::perform(const SetAddress& operation) {
  // AN2606 §4.1: at level 2 only Get is accessible.
  const bool is_level2 = chip_.option_bytes().read_protection() == stm32::ReadProtection::Level2;
  const bool is_refused = spec_.set_address_protected == SetAddressProtected::ErrVendor;
  if (is_level2 || (is_protected() && is_refused)) return {Status::errVENDOR};
  if (!chip_.is_readable(operation.address, 1) || is_reserved(operation.address)) {
    return {Status::errTARGET};
  }
  address_pointer_ = operation.address;
  return {};
}

Outcome MemoryOperations::perform(const EraseSector& operation) {
  if (refuses_protected()) return {Status::errVENDOR};
  if (is_protected()) return {};
  std::uint32_t address = operation.address;
  const bool is_bank2 = is_in_bank2(address);
  const auto index = chip_.flash().find_sector_index(address);
  if (is_bank2 && index && has(Defect::Bank2EraseHitsFurther)) {
    const std::size_t hit = *index + bank2_erase_distance;
    if (hit >= chip_.flash().sectors().size()) return {Status::errTARGET};
    address = chip_.flash().sectors()[hit].address;
  }
  const Status status = status_of(chip_.erase_sector(address));
  return {status, false, is_bank2 && has(Defect::Bank2EraseWedges)};
}

Outcome MemoryOperations::perform(const MassErase&) {
  if (refuses_protected()) return {Status::errVENDOR};
  if (is_protected() || has(Defect::MassEraseDoesNothing)) return {};
  return {status_of(chip_.mass_erase())};
}

// AN3156 §5.6: RAM cleared, RDP to level 0, which erases the flash; then a reset.
Outcome MemoryOperations::perform(const ReadUnprotect&) {
  const stm32::ReadProtection level = chip_.option_bytes().read_protection();
  // RM0456: there is no way from level 0.5 to level 0, as there is none from level 2.
  if (level == stm32::ReadProtection::Level0_5 || level == stm32::ReadProtection::Level2) {
    return {Status::errUNKNOWN};  // AN2662 figure 60: Read Unprotect that fails
  }
  chip_.clear_ram();
  const bool was_protected = is_protected();
  if (was_protected || spec_.unprotect_unprotected == UnprotectUnprotected::MassErase) {
    if (was_protected) chip_.option_bytes().set_rdp_level0();
    if (!was_protected) chip_.option_bytes().restore_factory();
    chip_.erase_protected();
  }
  return {Status::OK, true};
}

Outcome MemoryOperations::perform(const WriteMemory& operation) {
  if (refuses_protected()) return {Status::errVENDOR};
  const auto address =
      block_address(spec_, operation.wBlockNum, operation.data.size(), address_pointer_);
  if (!address || is_reserved(*address)) return {Status::errTARGET};
  if (is_protected()) return {};
  if (chip_.option_bytes().contains(*address, 1)) return write_options(*address, operation.data);
  if (chip_.flash().contains(*address, 1)) return write_flash(*address, operation.data);
  return {status_of(chip_.program(*address, operation.data))};
}

/// AN3156 §5.1: option bytes are written from the start of their area, and the chip resets.
Outcome MemoryOperations::write_options(std::uint32_t address, ByteView data) {
  stm32::OptionBytes& options = chip_.option_bytes();
  const auto size = static_cast<std::uint32_t>(data.size());
  if (!options.is_window_start(address) || !options.contains(address, size)) {
    return {Status::errTARGET};
  }
  options.begin_write(address, data);
  return {Status::OK, true};
}

Outcome MemoryOperations::write_flash(std::uint32_t address, ByteView data) {
  const unsigned alignment = spec_.write_alignment;
  const bool is_misaligned = data.size() % alignment != 0 || address % alignment != 0;
  if (spec_.misaligned_write == MisalignedWrite::AllFail) {
    all_writes_fail_ = all_writes_fail_ || is_misaligned;
    if (all_writes_fail_) return {Status::errTARGET};
  }
  const bool is_corrupted = is_misaligned && data.size() > corrupted_above &&
                            spec_.misaligned_write == MisalignedWrite::Corrupted;
  if (!is_corrupted) {
    return {status_of(chip_.program(address, data))};
  }
  // What the stale bytes are is not published: zeros.
  const std::size_t unit = std::max(alignment, chip_.spec().flash.program_unit);
  Bytes padded(data.begin(), data.end());
  padded.resize((data.size() + unit - 1) / unit * unit, 0x00);
  return {status_of(chip_.program(address, padded))};
}

Outcome MemoryOperations::perform(const Leave&) {
  return {};
}

}  // namespace dfurig::dfu
