// What the ROM does to registers, as the model's named policies tell it.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "model/model.h"
#include "stm32/chip.h"

namespace dfurig::board {

/// Why a register changed.
struct Cause {
  std::string policy;  ///< "an3156"
  std::string why;
  model::Mark mark = model::Mark::Unknown;
  std::string source;
  bool operator==(const Cause&) const = default;
};

/// Register name -> what changed it, in order.
using Causes = std::map<std::string, std::vector<Cause>>;

/// Applies the policy's actions in order and says which action changed what.
Causes apply(const model::RegisterPolicy& policy, stm32::Chip& chip);

}  // namespace dfurig::board
