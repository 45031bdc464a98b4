// The commands of dfurig: each takes its arguments and returns the exit status.
#pragma once

#include <string>
#include <vector>

namespace dfurig::cli {

/// Exit statuses (sysexits are for others: CI systems know 0, 1 and 2).
constexpr int exit_ok = 0;
constexpr int exit_failed = 1;  ///< a scenario failed
constexpr int exit_usage = 2;   ///< bad usage or a bad file
/// This machine cannot run tools: what ctest, meson and automake can take for "skipped".
constexpr int exit_cannot_run = 77;

using Arguments = std::vector<std::string>;

int run_command(const Arguments& arguments);
int steps_command(const Arguments& arguments);
int serve_command(const Arguments& arguments);
int exec_command(const Arguments& arguments);
int list_command(const Arguments& arguments);
int models_command(const Arguments& arguments);
int describe_command(const Arguments& arguments);
int validate_command(const Arguments& arguments);

}  // namespace dfurig::cli
