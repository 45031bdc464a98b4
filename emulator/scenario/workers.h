// Jobs in processes beside this one, several at once: one that crashes or hangs takes no other
// along.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "support/bytes.h"
#include "support/clock.h"

namespace dfurig::scenario {

/// How one job ended.
struct JobEnd {
  std::size_t job = 0;
  Bytes result;            ///< what it returned; empty when it was broken off
  std::string broken_off;  ///< why it did not come to its end; empty: it did
  Duration taken{};
};

struct Work {
  std::vector<std::size_t> order;     ///< the jobs, as they are to start
  std::size_t at_once = 1;            ///< processes
  std::chrono::milliseconds bound{};  ///< a job that takes longer is ended
  /// Called in another process, with standard input at its end; the result is sent back.
  std::function<Bytes(std::size_t)> run;
  /// Called here with the jobs that run now, whenever that has changed.
  std::function<void(const std::vector<std::size_t>&)> on_running;
  /// Called here for each job that ended.
  std::function<void(const JobEnd&)> on_end;
};

/// Does the work: each process takes one job after the other, and a new one takes the place of one
/// that was broken off. Returns 0, or the signal (SIGINT, SIGTERM, SIGHUP) that interrupted it.
/// When it returns or throws, no process of any job is left.
int run_jobs(const Work& work);

}  // namespace dfurig::scenario
