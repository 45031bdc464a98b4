#include "cli/sweep.h"

#include <iostream>

#include "cli/commands.h"
#include "cli/progress.h"
#include "scenario/suite.h"
#include "scenario/sweep.h"

namespace dfurig::cli {

int sweep_all(const std::vector<scenario::Scenario>& scenarios,
              const scenario::SuiteOptions& options) {
  bool is_clean = true;
  Progress progress;
  const auto show = [&](const std::string& what, std::size_t at, std::size_t of) {
    progress.show(what + " " + std::to_string(at) + "/" + std::to_string(of));
  };
  for (const scenario::Scenario& it : scenarios) {
    scenario::RunOptions run = options.run;
    run.seed = scenario::seed_of(options.seed, it.file);
    const scenario::Sweep sweep = scenario::sweep(it, run, show);
    progress.hide();
    scenario::print_sweep(std::cout, sweep);
    std::cout.flush();
    is_clean = is_clean && sweep.is_clean();
  }
  return is_clean ? exit_ok : exit_failed;
}

}  // namespace dfurig::cli
