// The byte stream of one run, and what becomes of the device when it is split or cut elsewhere.
#pragma once

#include "scenario/recording.h"
#include "scenario/run.h"
#include "scenario/sweep_report.h"

namespace dfurig::scenario {

/// Runs the scenario once with its tools, and once more with what they sent.
Recording record(const Scenario& scenario, const RunOptions& options);

/// Sends a recording again. All it is given must outlive it.
class Stream {
 public:
  Stream(const Scenario& scenario, const RunOptions& options, const Recording& recording)
      : scenario_(scenario), options_(options), recording_(recording) {}

  /// The byte at `at` comes in a piece of its own: the answers must be the same.
  Verdict split_at(std::size_t at) const;
  /// The connection ends before the byte at `at`; then all is sent again after a power-on.
  Verdict cut_at(std::size_t at) const;

 private:
  const Scenario& scenario_;
  const RunOptions& options_;
  const Recording& recording_;
};

}  // namespace dfurig::scenario
