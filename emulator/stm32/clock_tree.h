// Frequencies as the registers of a chip have chosen them.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "stm32/spec.h"

namespace dfurig::stm32 {

/// The content of a field, by "RCC.PLLCFGR" and "PLLN"; absent when there is no such field.
using ReadField = std::function<std::optional<std::uint32_t>(const std::string& register_name,
                                                             const std::string& field)>;

/// Frequency in Hz of a clock; 0 when it is off, not chosen, or not in the tree.
std::uint64_t frequency_of(const std::vector<ClockSpec>& clocks, const std::string& name,
                           const ReadField& read_field);

}  // namespace dfurig::stm32
