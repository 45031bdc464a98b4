#include "scenario/expect_firmware.h"

#include <gtest/gtest.h>

namespace dfurig::scenario {
namespace {

using std::chrono::milliseconds;

/// PA5 changes every `step` from 10 ms on, and PA6 once.
std::vector<stm32::PinChange> changes(std::size_t count, Duration step) {
  std::vector<stm32::PinChange> all = {{milliseconds(1), "PA6", true}};
  for (std::size_t i = 0; i < count; ++i) {
    all.push_back({milliseconds(10) + step * static_cast<int>(i), "PA5", i % 2 == 0});
  }
  return all;
}

std::vector<Failure> failures_of(const PinTimesExpectation& expect,
                                 const std::vector<stm32::PinChange>& all) {
  std::vector<Failure> failures;
  check_pin_times(expect, all, failures);
  return failures;
}

TEST(CheckPinTimes, CountsTheChangesOfOnePin) {
  using Counts = Range<std::uint32_t>;
  EXPECT_TRUE(failures_of({"PA5", Counts{4, {}}, {}}, changes(4, milliseconds(1))).empty());
  EXPECT_EQ(failures_of({"PA5", Counts{5, {}}, {}}, changes(4, milliseconds(1))),
            (std::vector<Failure>{{"PA5 toggles", "at least 5", "4", {}}}));
  EXPECT_EQ(failures_of({"PA5", Counts{1, 3}, {}}, changes(4, milliseconds(1))),
            (std::vector<Failure>{{"PA5 toggles", "at least 1, at most 3", "4", {}}}));
  EXPECT_EQ(failures_of({"PA5", Counts{3, 3}, {}}, changes(4, milliseconds(1))),
            (std::vector<Failure>{{"PA5 toggles", "3", "4", {}}}));
}

TEST(CheckPinTimes, MeasuresFromEdgeToEdgeOfOneDirection) {
  const Range<Duration> exactly{milliseconds(200), milliseconds(200)};
  EXPECT_TRUE(failures_of({"PA5", {}, exactly}, changes(5, milliseconds(100))).empty());
  const Range<Duration> longer{std::chrono::nanoseconds(200'000'001), milliseconds(300)};
  EXPECT_EQ(
      failures_of({"PA5", {}, longer}, changes(5, milliseconds(100))),
      (std::vector<Failure>{
          {"PA5 period", "at least 200.000001 ms, at most 300 ms", "200 ms", {"from 10 ms on"}}}));
  EXPECT_EQ(failures_of({"PA5", {}, exactly}, changes(2, milliseconds(100))),
            (std::vector<Failure>{{"PA5 period", "200 ms", "no whole period in 2 toggles", {}}}));
}

board::TakenFault taken(cpu::FaultKind kind, const std::string& symbol) {
  board::TakenFault fault;
  fault.record.exception = cpu::HardFault;
  fault.record.cfsr = static_cast<std::uint32_t>(kind);
  fault.record.hfsr = 0x40000000;
  fault.record.fault.kind = kind;
  fault.symbol = symbol;
  fault.place = symbol + "+0x2";
  return fault;
}

std::vector<Failure> fault_failures(const std::vector<FaultExpectation>& all,
                                    const std::vector<board::TakenFault>& faults) {
  std::vector<Failure> failures;
  check_faults(all, faults, failures);
  return failures;
}

TEST(CheckFaults, WantsAllInOrder) {
  const auto unaligned = taken(cpu::FaultKind::Unaligned, "copy");
  const auto undefined = taken(cpu::FaultKind::UndefInstr, "main");
  EXPECT_TRUE(fault_failures(std::vector<FaultExpectation>{}, {}).empty());
  EXPECT_TRUE(fault_failures({{{"UNALIGNED", "FORCED"}, "copy"}, {{"UNDEFINSTR"}, ""}},
                             {unaligned, undefined})
                  .empty());
  EXPECT_EQ(fault_failures(std::vector<FaultExpectation>{}, {unaligned}),
            (std::vector<Failure>{
                {"faults, number 1", "no fault", "HardFault at copy+0x2: UNALIGNED FORCED", {}}}));
  EXPECT_EQ(fault_failures({{{"UNALIGNED"}, "main"}}, {unaligned}),
            (std::vector<Failure>{{"faults, number 1",
                                   "UNALIGNED in main",
                                   "HardFault at copy+0x2: UNALIGNED FORCED",
                                   {}}}));
  EXPECT_EQ(fault_failures({{{}, ""}}, {}),
            (std::vector<Failure>{{"faults, number 1", "a fault", "no fault", {}}}));
}

}  // namespace
}  // namespace dfurig::scenario
