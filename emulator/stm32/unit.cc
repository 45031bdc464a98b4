#include "stm32/unit.h"

namespace dfurig::stm32 {

const std::vector<UnitKind>& unit_kinds() {
  static const std::vector<UnitKind> kinds;
  return kinds;
}

const UnitKind* find_unit_kind(const std::string& name) {
  for (const UnitKind& kind : unit_kinds()) {
    if (name == kind.name) return &kind;
  }
  return nullptr;
}

std::unique_ptr<Unit> make_unit(RegisterBlock&, Surroundings&) {
  return nullptr;
}

}  // namespace dfurig::stm32
