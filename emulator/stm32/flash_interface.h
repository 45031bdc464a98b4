// What the kinds of flash interface have in common: control and status by the names of their
// fields, sectors that are erased together or not at all.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>

#include "stm32/flash_controller.h"
#include "stm32/register_block.h"
#include "support/bytes.h"

namespace dfurig::stm32 {

class FlashInterface : public FlashController {
 protected:
  /// The block must have both registers. The names of their fields end in `suffix`.
  FlashInterface(RegisterBlock& block, Chip& chip, const char* control, const char* status = "SR",
                 const char* suffix = "");

  /// A field of a register; 0 when it has none of that name.
  std::uint32_t mask(std::size_t index, const char* field) const;
  bool is_set(const char* field) const { return (block_.value(control_) & mask(control_, field)); }
  std::uint32_t number(const char* field) const;
  std::uint32_t largest_number(const char* field) const;
  /// Sets those of the flags that SR has.
  void raise(std::initializer_list<const char*> names);
  void clear(const char* name) { block_.value(status_) &= ~mask(status_, name); }
  bool has_error() const;
  void raise_end_if_enabled();

  bool is_protected(std::uint32_t address) const;
  /// All or, when one is protected, none (RM0090 §3.7.4). False: none.
  bool erase_sectors(std::size_t first, std::size_t count);
  /// The second half has the same sectors as the first.
  bool has_twin_banks() const;

  RegisterBlock& block_;
  Chip& chip_;
  const std::size_t control_;

 private:
  const std::size_t status_;
  const std::string suffix_;
};

/// The first bytes of a value, the lowest first.
Bytes bytes_of(std::uint64_t value, unsigned width);

}  // namespace dfurig::stm32
