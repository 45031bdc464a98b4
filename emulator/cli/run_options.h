// The options of `dfurig run`, read and checked.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/options.h"
#include "scenario/run_suite.h"
#include "scenario/suite.h"

namespace dfurig::cli {

struct RunSettings {
  std::vector<std::string> paths;
  std::string filter;
  scenario::Shard shard;
  bool sweeps = false;
  bool reruns_failed = false;
  bool is_seed_drawn = false;  ///< --seed random
  bool is_verbose = false;
  std::string junit;             ///< empty: none
  std::string record_durations;  ///< empty: none
  scenario::SuiteOptions suite;  ///< all but the style
};

/// Arguments and the texts that teach them.
CommandLine run_command_line();
/// Throws UsageError, and InputError when the file of --durations is bad.
RunSettings read_run_settings(const boost::program_options::variables_map& values,
                              const CommandLine& line);

}  // namespace dfurig::cli
