// Compares what firmware did with what a scenario expects.
#pragma once

#include <vector>

#include "scenario/expect.h"
#include "scenario/firmware.h"

namespace dfurig::scenario {

/// Adds what does not hold. `ran.execution` is not null.
void check_firmware(const FirmwareExpectation& expect, const Ran& ran,
                    std::vector<Failure>& failures);

/// What one pin's changes miss of the expectation; `changes` are of any pins, in order.
void check_pin_times(const PinTimesExpectation& expect,
                     const std::vector<stm32::PinChange>& changes, std::vector<Failure>& failures);

/// What is wrong with the faults that were taken; `all` are expected in that order.
void check_faults(const std::vector<FaultExpectation>& all,
                  const std::vector<board::TakenFault>& taken, std::vector<Failure>& failures);

}  // namespace dfurig::scenario
