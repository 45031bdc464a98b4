#include "stm32/unit.h"

#include <algorithm>
#include <cassert>
#include <type_traits>

#include "stm32/backup_registers.h"
#include "stm32/exti.h"
#include "stm32/iwdg.h"
#include "stm32/random_generator.h"
#include "stm32/register_block.h"
#include "stm32/timer.h"
#include "stm32/usart.h"

namespace dfurig::stm32 {
namespace {

template <typename T>
std::unique_ptr<Unit> make(RegisterBlock& block, Surroundings& surroundings) {
  if constexpr (std::is_constructible_v<T, RegisterBlock&>) {
    return std::make_unique<T>(block);
  } else {
    return std::make_unique<T>(block, surroundings);
  }
}

}  // namespace

const std::vector<UnitKind>& unit_kinds() {
  static const std::vector<UnitKind> kinds = {
      {"backup", {0}, false, {}, make<BackupRegisters>},
      {"exti",
       {3, 7},
       false,
       {{"IMR", "IMR1", "C1IMR1", "CPUIMR1"},
        {"RTSR", "RTSR1"},
        {"FTSR", "FTSR1"},
        {"SWIER", "SWIER1"},
        {"PR", "PR1", "CPUPR1", "RPR1"}},
       make<Exti>},
      {"iwdg", {0}, true, {{"KR"}, {"PR"}, {"RLR"}}, make<Iwdg>},
      {"random_generator", {1}, false, {{"CR"}, {"SR"}, {"DR"}}, make<RandomGenerator>},
      {"timer",
       {1, 2},
       true,
       {{"CR1"}, {"DIER"}, {"SR"}, {"EGR"}, {"CNT"}, {"PSC"}, {"ARR"}},
       make<Timer>},
      {"usart", {1}, false, {{"CR1"}, {"SR", "ISR"}, {"DR", "TDR"}}, make<Usart>},
  };
  return kinds;
}

const UnitKind* find_unit_kind(const std::string& name) {
  const auto found = std::ranges::find(unit_kinds(), name, &UnitKind::name);
  return found == unit_kinds().end() ? nullptr : &*found;
}

std::unique_ptr<Unit> make_unit(RegisterBlock& block, Surroundings& surroundings) {
  if (block.spec().unit.empty()) return nullptr;
  const UnitKind* kind = find_unit_kind(block.spec().unit);
  assert(kind != nullptr && "the model was validated: its units exist");
  return kind->make(block, surroundings);
}

}  // namespace dfurig::stm32
