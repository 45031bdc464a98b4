#include "scenario/suite.h"

#include <algorithm>
#include <cassert>
#include <filesystem>
#include <numeric>

#include "support/split_mix.h"

namespace dfurig::scenario {
namespace {

/// FNV-1a, 64 bits: draft-eastlake-fnv §2 and §5.
std::uint64_t fnv_1a(const std::string& text) {
  std::uint64_t hash = 0xCBF2'9CE4'8422'2325;
  for (const char character : text) {
    hash = (hash ^ static_cast<unsigned char>(character)) * 0x0000'0100'0000'01B3;
  }
  return hash;
}

}  // namespace

std::uint64_t seed_of(std::uint64_t seed_of_run, const std::string& file) {
  const std::string name = std::filesystem::path(file).filename().string();
  return split_mix_64(split_mix_64(seed_of_run) ^ fnv_1a(name));
}

std::vector<Weight> weigh(const std::vector<std::string>& files, const Durations& recorded) {
  std::vector<Weight> weights;
  Duration total{};
  std::int64_t known = 0;
  for (const std::string& file : files) {
    const auto found = recorded.find(name_in_record(file));
    weights.push_back({file, found == recorded.end() ? Duration{-1} : found->second});
    if (found == recorded.end()) continue;
    total += found->second;
    ++known;
  }
  const Duration usual = known == 0 ? Duration(std::chrono::seconds(1)) : total / known;
  for (Weight& it : weights) {
    if (it.duration < Duration{}) it.duration = usual;
  }
  return weights;
}

std::vector<std::size_t> longest_first(const std::vector<Weight>& weights) {
  std::vector<std::size_t> order(weights.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t left, std::size_t right) {
    const Weight& a = weights[left];
    const Weight& b = weights[right];
    return a.duration != b.duration ? a.duration > b.duration : a.file < b.file;
  });
  return order;
}

std::vector<std::size_t> positions_of(const Shard& shard, const std::vector<Weight>& weights) {
  assert(shard.number >= 1 && shard.number <= shard.count);
  // What takes no time is counted, too: a thousand of nothing are something.
  constexpr Duration at_least = std::chrono::milliseconds(1);
  std::vector<Duration> loads(shard.count);
  std::vector<std::size_t> positions;
  for (const std::size_t position : longest_first(weights)) {
    const auto least = std::min_element(loads.begin(), loads.end());
    *least += std::max(weights[position].duration, at_least);
    if (least - loads.begin() == static_cast<std::ptrdiff_t>(shard.number - 1)) {
      positions.push_back(position);
    }
  }
  std::sort(positions.begin(), positions.end());
  return positions;
}

}  // namespace dfurig::scenario
