#include "scenario/sweep_points.h"

#include <numeric>
#include <optional>

#include "scenario/result_bytes.h"
#include "scenario/workers.h"

namespace dfurig::scenario {
namespace {

struct Range {
  std::size_t first = 0;
  std::size_t count = 0;
};

/// In a worker.
PointEnd end_of(const PointWork& work, std::size_t point) {
  try {
    return {work.run(point), ""};
  } catch (const std::exception& error) {
    return {Verdict::BrokenOff, error.what()};
  }
}

/// In a worker.
Bytes encode_ends(const PointWork& work, const Range& range) {
  ByteWriter out;
  for (std::size_t i = 0; i < range.count; ++i) {
    const PointEnd end = end_of(work, range.first + i);
    out.u8(static_cast<std::uint8_t>(end.verdict));
    append_text(out, end.why);
  }
  return out.take();
}

/// Absent when these are not the bytes of so many ends.
std::optional<std::vector<PointEnd>> parse_ends(ByteView bytes, std::size_t count) {
  ResultReader reader(bytes);
  std::vector<PointEnd> ends;
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint8_t verdict = reader.u8();
    if (verdict > static_cast<std::uint8_t>(last_verdict)) return std::nullopt;
    ends.push_back({static_cast<Verdict>(verdict), reader.text()});
  }
  if (!reader.is_exact()) return std::nullopt;
  return ends;
}

class Points {
 public:
  explicit Points(const PointWork& work) : work_(work) {
    std::size_t count = 0;
    for (const std::size_t size : work.ranges) {
      ranges_.push_back({count, size});
      count += size;
    }
    result_.ends.resize(count);
  }

  PointEnds run() {
    run_ranges();
    ranges_ = std::move(again_);
    if (result_.signal == 0) run_ranges();
    return std::move(result_);
  }

 private:
  void run_ranges();
  void take(const JobEnd& end);
  void tell(const std::vector<std::size_t>& running) const;

  const PointWork& work_;
  std::vector<Range> ranges_;
  std::vector<Range> again_;  ///< points of ranges that have no end
  PointEnds result_;
  std::size_t ended_ = 0;
};

void Points::run_ranges() {
  Work work;
  work.order.resize(ranges_.size());
  std::iota(work.order.begin(), work.order.end(), 0);
  work.at_once = work_.at_once;
  work.bound = work_.bound;
  work.run = [this](std::size_t job) { return encode_ends(work_, ranges_[job]); };
  work.on_running = [this](const std::vector<std::size_t>& running) { tell(running); };
  work.on_end = [this](const JobEnd& end) { take(end); };
  result_.signal = run_jobs(work);
}

void Points::take(const JobEnd& end) {
  const Range& range = ranges_[end.job];
  std::optional<std::vector<PointEnd>> ends;
  if (end.broken_off.empty()) ends = parse_ends(end.result, range.count);
  if (!ends && range.count > 1) {
    for (std::size_t i = 0; i < range.count; ++i) again_.push_back({range.first + i, 1});
    return;
  }
  if (!ends) {
    const std::string why =
        end.broken_off.empty() ? "its process sent no result that can be read" : end.broken_off;
    ends = {{Verdict::BrokenOff, why}};
  }
  std::move(ends->begin(), ends->end(),
            result_.ends.begin() + static_cast<std::ptrdiff_t>(range.first));
  ended_ += range.count;
}

void Points::tell(const std::vector<std::size_t>& running) const {
  std::vector<std::size_t> points;
  for (const std::size_t job : running) points.push_back(ranges_[job].first);
  work_.on_progress(ended_, points);
}

}  // namespace

PointEnds try_points(const PointWork& work) {
  return Points(work).run();
}

}  // namespace dfurig::scenario
