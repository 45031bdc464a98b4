// exec --wine: a Windows program instead of a tool of this system.
#pragma once

#include "cli/options.h"

namespace dfurig::cli {

/// --wine, --log, --transcript
void add_wine_options(CommandLine& line);
/// Throws UsageError for those that make no sense without --wine.
void refuse_wine_options(const boost::program_options::variables_map& values);

/// Runs `program` to its end; returns its exit status. `models` and `addresses` are those of exec.
int exec_in_wine(const boost::program_options::variables_map& values, const Arguments& program,
                 const std::vector<std::string>& models, const std::vector<std::string>& addresses);

}  // namespace dfurig::cli
