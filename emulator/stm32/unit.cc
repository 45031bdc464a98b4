#include "stm32/unit.h"

#include <array>
#include <cassert>

#include "stm32/register_block.h"

namespace dfurig::stm32 {

std::unique_ptr<Unit> make_unit(RegisterBlock& block, Surroundings&) {
  assert(block.spec().unit.empty() && "the model was validated: its units exist");
  return nullptr;
}

bool is_unit(const std::string& name) {
  return name.empty();
}

}  // namespace dfurig::stm32
