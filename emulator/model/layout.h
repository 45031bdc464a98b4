// The memory-layout string of DfuSe, derived from a flash layout (UM0424; dfu-util's dfuse_mem.c).
#pragma once

#include <string>

#include "stm32/spec.h"

namespace dfurig::model {

/// How a ROM writes the numbers.
struct LayoutStyle {
  unsigned count_digits = 2;  ///< zero-padded: "04"
  unsigned size_digits = 3;   ///< "016"
  std::string type = "g";     ///< readable, erasable, writeable
  std::string byte_unit;      ///< what stands for the K of a size in bytes: "" or " "
};

/// "@Internal Flash  /0x08000000/04*016Kg,01*064Kg,07*128Kg"; `name` is "@Internal Flash  ".
std::string layout_string(const std::string& name, const stm32::FlashSpec& flash,
                          const LayoutStyle& style);

/// What keeps a host from using an alternate's string on this chip; empty when nothing does.
std::string layout_fault(const std::string& text, const stm32::ChipSpec& chip);

}  // namespace dfurig::model
