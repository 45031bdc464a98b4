// Runs one scenario: a board, the real tools, the checks.
#pragma once

#include <functional>

#include "scenario/report.h"
#include "scenario/scenario.h"
#include "usbip/link.h"

namespace dfurig::scenario {

struct RunOptions {
  std::size_t traced_instructions = 0;  ///< kept for the report before each fault and stop
  bool real_time = false;               ///< waiting takes as long as the device and tools say
  std::uint64_t seed = 1;               ///< of all that a probability leaves open
  WindowSettings windows{};             ///< for steps that drive Windows programs
  bool more_steps_come = false;         ///< than the scenario has: firmware may be executed, too
  /// Puts something between the tools and the device; empty: nothing.
  std::function<usbip::Connector(usbip::Connector)> wrap_connector{};
};

/// Runs the scenario to its end, or to the first step that fails. No process of it survives.
/// Throws attach::HostRefusal when tools cannot be run here at all, and wine::NotHere when this
/// machine lacks what a Windows program of it needs.
Report run(const Scenario& scenario, const RunOptions& options = {});

}  // namespace dfurig::scenario
