// The points of a sweep, tried in processes beside this one.
#pragma once

#include <chrono>
#include <functional>
#include <vector>

#include "scenario/sweep_report.h"

namespace dfurig::scenario {

struct PointWork {
  std::vector<std::size_t> ranges;    ///< so many points in a row are a job of a process
  std::size_t at_once = 1;            ///< processes
  std::chrono::milliseconds bound{};  ///< a point that takes longer is ended
  /// Called in another process with a point, from 0 on.
  std::function<Verdict(std::size_t)> run;
  /// Called here from time to time: how many points have ended, and the first of each range that
  /// is being tried.
  std::function<void(std::size_t, const std::vector<std::size_t>&)> on_progress;
};

struct PointEnds {
  std::vector<PointEnd> ends;  ///< by point
  int signal = 0;              ///< that interrupted the work, or 0: then not all points have ended
};

/// Tries every point. A range that has no end is tried again point by point: only a point that has
/// none of its own is broken off. When it returns or throws, no process of it is left.
PointEnds try_points(const PointWork& work);

}  // namespace dfurig::scenario
