#include "stm32/unit.h"

#include <gtest/gtest.h>

#include <set>

#include "stm32/unit_rig.h"

namespace dfurig::stm32 {
namespace {

TEST(Unit, EveryKindCanBeMade) {
  std::set<std::string> names;
  for (const UnitKind& kind : unit_kinds()) {
    std::vector<RegisterSpec> registers;
    for (const auto& alternatives : kind.registers) {
      registers.push_back(
          storage(alternatives.back(), static_cast<std::uint32_t>(4 * registers.size())));
    }
    UnitRig rig(kind.name, "BLOCK", registers);
    EXPECT_NE(rig.unit, nullptr) << kind.name;
    EXPECT_EQ(find_unit_kind(kind.name), &kind);
    EXPECT_TRUE(names.insert(kind.name).second) << kind.name;
  }
}

TEST(Unit, ABlockWithoutOneHasNone) {
  UnitRig rig("", "BLOCK", {});
  EXPECT_EQ(rig.unit, nullptr);
  EXPECT_EQ(find_unit_kind("clairvoyant"), nullptr);
}

}  // namespace
}  // namespace dfurig::stm32
