#include "fault/faulty_cells.h"

#include <algorithm>
#include <iterator>

#include "support/hex.h"

namespace dfurig::fault {
namespace {

using stm32::FlashStatus;

bool touches(const MemoryCondition& condition, std::uint32_t address, std::uint32_t size) {
  const std::uint64_t end = std::uint64_t{condition.address} + condition.size;
  return address < end && std::uint64_t{address} + size > condition.address;
}

/// Of kinds that change what cells hold, and let the operation go on.
bool changes_bits(Kind kind) {
  return kind == Kind::MemoryStuckBits || kind == Kind::MemoryFlippedBits;
}

bool is_for_programs(Kind kind) {
  return kind == Kind::MemoryProgramFails || kind == Kind::MemoryProgramDropped;
}

bool is_for_erases(Kind kind) {
  return kind == Kind::MemoryEraseFails || kind == Kind::MemoryEraseDropped;
}

std::uint8_t changed(std::uint8_t cell, const Fault& fault, std::uint8_t bits) {
  if (fault.kind == Kind::MemoryFlippedBits) return cell ^ bits;
  return static_cast<std::uint8_t>(fault.level == 1 ? cell | bits : cell & ~bits);
}

}  // namespace

std::optional<Kind> FaultyCells::find(const Operation& operation) {
  const bool is_options = !operation.programs && !operation.erases;
  const Fault* fault = armed_.find(
      Seam::Memory,
      [&](const Fault& it) {
        if (changes_bits(it.kind) || it.kind == Kind::MemoryWearsOut) return false;
        if (is_options) return it.kind == Kind::MemoryPowerCut && it.memory.writes_options;
        if (operation.programs && (is_for_erases(it.kind) || !it.memory.programs)) return false;
        if (operation.erases && (is_for_programs(it.kind) || !it.memory.erases)) return false;
        return touches(it.memory, operation.address, operation.size);
      },
      operation.text);
  return fault == nullptr ? std::nullopt : std::optional(fault->kind);
}

FlashStatus FaultyCells::program(std::uint32_t address, std::span<std::uint8_t> cells,
                                 ByteView data, const stm32::FlashSpec& spec) {
  if (power_.is_cut() || is_busy_for_ever_) return FlashStatus::Ok;
  const auto size = static_cast<std::uint32_t>(data.size());
  if (is_worn_out(address)) return FlashStatus::Failed;
  const auto kind = find({true, false, address, size, "programming of " + hex(address)});
  if (kind == Kind::MemoryProgramFails) return FlashStatus::Failed;
  if (kind == Kind::MemoryPowerCut) power_.cut();
  if (kind == Kind::MemoryBusyForEver) is_busy_for_ever_ = true;
  if (kind) return FlashStatus::Ok;  // nobody is told
  const FlashStatus status = FlashCells::program(address, cells, data, spec);
  change_bits(Kind::MemoryFlippedBits, address, cells);
  change_bits(Kind::MemoryStuckBits, address, cells);
  return status;
}

FlashStatus FaultyCells::erase(std::uint32_t address, std::span<std::uint8_t> cells,
                               const stm32::FlashSpec& spec) {
  if (power_.is_cut() || is_busy_for_ever_) return FlashStatus::Ok;
  const auto size = static_cast<std::uint32_t>(cells.size());
  ++erases_[address];
  sizes_[address] = size;
  const auto kind = find({false, true, address, size, "erasing of " + hex(address)});
  if (kind == Kind::MemoryEraseFails) return FlashStatus::Failed;
  if (kind == Kind::MemoryBusyForEver) is_busy_for_ever_ = true;
  if (kind == Kind::MemoryPowerCut) {
    // What cells hold after half an erase is not published: here the first half is erased.
    power_.cut();
    return FlashCells::erase(address, cells.first(cells.size() / 2), spec);
  }
  if (kind) return FlashStatus::Ok;  // nobody is told
  const FlashStatus status = FlashCells::erase(address, cells, spec);
  change_bits(Kind::MemoryStuckBits, address, cells);
  return status;
}

void FaultyCells::options_erased() {
  if (power_.is_cut()) return;
  if (find({false, false, 0, 0, "writing of option bytes"})) power_.cut();
}

/// Stuck bits are so after every operation, flipped ones after the programming that flipped them.
void FaultyCells::change_bits(Kind kind, std::uint32_t address, std::span<std::uint8_t> cells) {
  const auto size = static_cast<std::uint32_t>(cells.size());
  const auto meets = [&](const Fault& it) {
    const auto count = static_cast<std::uint32_t>(it.bits.size());
    return touches({true, true, true, it.offset, count}, address, size);
  };
  for (const Fault* fault : armed_.find_all(kind, meets, hex(address))) {
    for (std::size_t i = 0; i < fault->bits.size(); ++i) {
      const std::uint32_t at = fault->offset + static_cast<std::uint32_t>(i) - address;
      if (at < size) cells[at] = changed(cells[at], *fault, fault->bits[i]);
    }
  }
}

bool FaultyCells::is_worn_out(std::uint32_t address) {
  const auto above = sizes_.upper_bound(address);
  if (above == sizes_.begin()) return false;
  const auto [start, size] = *std::prev(above);
  if (address - start >= size) return false;
  const std::uint64_t erases = erases_[start];
  return armed_.find(
             Kind::MemoryWearsOut,
             [&](const Fault& it) { return erases > it.erases && touches(it.memory, address, 1); },
             "programming of " + hex(address)) != nullptr;
}

}  // namespace dfurig::fault
