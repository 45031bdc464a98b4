#include "board/ending.h"

#include <gtest/gtest.h>

namespace dfurig::board {
namespace {

TEST(TakenFault, NamesEveryBit) {
  TakenFault fault;
  fault.record = {cpu::UsageFault, 0x02000000, 0,    {cpu::FaultKind::DivByZero, 0},
                  0x08000144,      0,          false};
  fault.place = "main+0x4";
  EXPECT_EQ(fault.text(), "UsageFault at main+0x4: DIVBYZERO");
  fault.record.exception = cpu::HardFault;
  fault.record.hfsr = 0x40000000;
  EXPECT_EQ(fault.text(), "HardFault at main+0x4: DIVBYZERO FORCED");
}

TEST(TakenFault, NamesTheCauseOnACoreWithoutCfsr) {
  TakenFault fault;
  fault.record.exception = cpu::HardFault;
  fault.record.fault.kind = cpu::FaultKind::Unaligned;
  EXPECT_EQ(fault.names(), "UNALIGNED");
}

}  // namespace
}  // namespace dfurig::board
