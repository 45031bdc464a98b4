// Runs an unmodified host tool that sees USB/IP devices as local USB devices.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "support/clock.h"
#include "usbip/link.h"

namespace dfurig::attach {

/// What the tool's standard output and error become.
enum class Output {
  Inherit,  ///< the caller's own
  Capture,  ///< collected into ToolResult, in the order written on each stream
};

struct ToolCommand {
  std::vector<std::string> arguments;  ///< arguments[0] is looked up in PATH
  std::string working_directory;       ///< empty: the caller's
  /// In the tool's time; of the machine's, the tool's may stand still so long. 0: none.
  std::chrono::milliseconds timeout{0};
  Output output = Output::Inherit;
  /// The devices' clock, all local, to be advanced while everybody waits: then the tool lives in
  /// its time, and its waiting costs none. Null: real time.
  ManualClock* clock = nullptr;
  /// Called with each captured piece as it arrives; may be empty.
  std::function<void(std::string_view)> on_output;
};

struct ToolResult {
  int exit_status = 0;     ///< the tool's, or 128 + signal
  int signal = 0;          ///< 0: it ended by itself
  bool timed_out = false;  ///< it and all its descendants were killed
  std::string standard_output;
  std::string standard_error;
  /// System calls the wrapper met and could not answer faithfully, by a sentence.
  std::vector<std::string> not_emulated;
};

/// Runs the tool to its end while serving the devices of each connector (all devices the server
/// lists). No process of the tool's process tree survives the call.
/// Throws InputError for a tool that is not found or not of this machine's kind; HostRefusal
/// (refusals.h) when no tool can be run here: kernel older than 5.19, seccomp notification denied,
/// already inside a wrapper; and usbip::ConnectError when a server cannot be reached. Nothing is
/// started then.
ToolResult run_tool(const ToolCommand& command, const std::vector<usbip::Connector>& servers);

}  // namespace dfurig::attach
