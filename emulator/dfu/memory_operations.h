// What DfuSe commands do to the chip's memory, with protection, defects and the address pointer.
#pragma once

#include "dfu/bootloader_spec.h"
#include "dfu/dfu.h"
#include "dfu/dfuse.h"
#include "stm32/chip.h"

namespace dfurig::dfu {

/// Where a block of `wLength` bytes goes or comes from. Absent when that leaves 32 bits.
std::optional<std::uint32_t> block_address(const BootloaderSpec& spec, std::uint16_t wBlockNum,
                                           std::size_t wLength, std::uint32_t address_pointer);

class MemoryOperations {
 public:
  /// How an operation ends.
  struct Outcome {
    Status status = Status::OK;
    bool resets = false;  ///< the chip resets when the operation is over
    bool wedges = false;  ///< dfuDNBUSY does not end
  };

  /// Both must outlive it.
  MemoryOperations(const BootloaderSpec& spec, stm32::Chip& chip);

  Outcome run(const Operation& operation);
  /// Reads for UPLOAD at the address that `wBlockNum` means.
  Status read(std::uint16_t wBlockNum, std::span<std::uint8_t> into) const;

  std::uint32_t address_pointer() const { return address_pointer_; }

 private:
  Outcome perform(const SetAddress& operation);
  Outcome perform(const EraseSector& operation);
  Outcome perform(const MassErase& operation);
  Outcome perform(const ReadUnprotect& operation);
  Outcome perform(const WriteMemory& operation);
  Outcome perform(const Leave& operation);
  Outcome write_options(std::uint32_t address, ByteView data);
  Outcome write_flash(std::uint32_t address, ByteView data);

  bool has(Defect defect) const { return spec_.defects.count(defect) != 0; }
  bool is_protected() const;
  bool refuses_protected() const;
  bool is_reserved(std::uint32_t address) const;
  bool is_in_bank2(std::uint32_t address) const;

  const BootloaderSpec& spec_;
  stm32::Chip& chip_;
  std::uint32_t address_pointer_;
  bool all_writes_fail_ = false;  ///< after a misaligned one, where that is the policy
};

}  // namespace dfurig::dfu
