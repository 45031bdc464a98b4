// What a suite is made of: which scenario belongs to which shard, in which order they start, and
// with which seed. Pure: names and numbers in, names and numbers out.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "scenario/durations.h"
#include "support/clock.h"

namespace dfurig::scenario {

/// The seed of one scenario of a run. It depends on the file's own name, not on its folder: the
/// same whether the suite is run or the one file, from whatever place, in whatever shard and order.
std::uint64_t seed_of(std::uint64_t seed_of_run, const std::string& file);

/// A scenario and how long it is expected to take.
struct Weight {
  std::string file;
  Duration duration{};
};

/// One for each file, in their order. A file without a recorded duration gets the mean of those
/// that have one; when none has, all weigh the same.
std::vector<Weight> weigh(const std::vector<std::string>& files, const Durations& recorded);

/// Positions in `weights`, the longest first, then by name: what takes long must not start last.
std::vector<std::size_t> longest_first(const std::vector<Weight>& weights);

struct Shard {
  std::size_t number = 1;  ///< from 1
  std::size_t count = 1;
};

/// Positions in `weights` of the shard's scenarios, ascending. The longest goes to the shard with
/// the least to do, and so on; each scenario is in exactly one shard.
std::vector<std::size_t> positions_of(const Shard& shard, const std::vector<Weight>& weights);

}  // namespace dfurig::scenario
