#include "cli/sweep.h"

#include <iostream>

#include "cli/commands.h"
#include "cli/progress.h"
#include "scenario/suite.h"
#include "scenario/sweep.h"

namespace dfurig::cli {
namespace {

scenario::Sweep sweep_one(const scenario::Scenario& scenario,
                          const scenario::SuiteOptions& options) {
  Progress progress;
  scenario::SweepOptions how;
  how.run = options.run;
  how.run.seed = scenario::seed_of(options.seed, scenario.file);
  how.jobs = options.jobs;
  how.timeout = options.timeout;
  return scenario::sweep(
      scenario, how,
      [&](std::size_t ended, std::size_t total, const std::vector<std::string>& running) {
        progress.show(progress_line(ended, total, running));
      });
}

}  // namespace

int sweep_all(const std::vector<scenario::Scenario>& scenarios,
              const scenario::SuiteOptions& options) {
  bool is_clean = true;
  for (std::size_t i = 0; i < scenarios.size(); ++i) {
    const scenario::Sweep sweep = sweep_one(scenarios[i], options);
    if (sweep.signal != 0) {
      std::cout << i << " swept, " << scenarios.size() - i << " not swept: interrupted"
                << std::endl;
      return 128 + sweep.signal;
    }
    scenario::print_sweep(std::cout, sweep);
    std::cout.flush();
    is_clean = is_clean && sweep.is_clean();
  }
  return is_clean ? exit_ok : exit_failed;
}

}  // namespace dfurig::cli
