#include "scenario/run.h"

#include "scenario/bench.h"

namespace dfurig::scenario {

Report run(const Scenario& scenario, const RunOptions& options) {
  return Bench(scenario, options).run();
}

}  // namespace dfurig::scenario
