#include "cli/sweep.h"

#include <unistd.h>

#include <iostream>

#include "cli/commands.h"
#include "scenario/sweep.h"

namespace dfurig::cli {
namespace {

/// Rewrites one line of a terminal.
void show(const std::string& what, std::size_t at, std::size_t of) {
  if (isatty(STDERR_FILENO) == 0) return;
  std::cerr << "\r\033[K" << what << " " << at << "/" << of << std::flush;
}

void hide() {
  if (isatty(STDERR_FILENO) != 0) std::cerr << "\r\033[K" << std::flush;
}

}  // namespace

int sweep_all(const std::vector<scenario::Scenario>& scenarios,
              const scenario::RunOptions& options) {
  bool is_clean = true;
  for (const scenario::Scenario& it : scenarios) {
    const scenario::Sweep sweep = scenario::sweep(it, options, show);
    hide();
    scenario::print_sweep(std::cout, sweep);
    std::cout.flush();
    is_clean = is_clean && sweep.is_clean();
  }
  return is_clean ? exit_ok : exit_failed;
}

}  // namespace dfurig::cli
