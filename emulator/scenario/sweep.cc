#include "scenario/sweep.h"

#include <algorithm>
#include <stdexcept>

#include "attach/refusals.h"
#include "scenario/bench.h"
#include "scenario/load_window.h"
#include "scenario/result_bytes.h"
#include "scenario/sweep_points.h"
#include "scenario/sweep_stream.h"
#include "scenario/workers.h"

namespace dfurig::scenario {
namespace {

using fault::Fault;
using fault::Kind;

// What can happen to a request.
constexpr Kind request_kinds[] = {Kind::UsbStall, Kind::UsbBusError, Kind::UsbNever, Kind::UsbLost,
                                  Kind::UsbUnplug};
// A run with tools is a job. A point of the stream is too small for one.
constexpr std::size_t points_of_stream_at_once = 64;

/// The points of one kind of fault.
struct Series {
  std::string name;                              ///< "usb.stall"
  std::string points;                            ///< "requests"
  std::size_t size = 0;                          ///< so many
  std::size_t first = 0;                         ///< what the first is called
  std::size_t range = 1;                         ///< so many are a job
  std::function<std::string(std::size_t)> what;  ///< is at a point, from 0 on
  std::function<Verdict(std::size_t)> judge;     ///< in another process
};

/// One run with one more fault, and when it fails a second one after it.
Verdict judge(const Scenario& scenario, const RunOptions& options, const Fault& fault) {
  Bench bench(scenario, options);
  bench.rig().injection().armed().add(fault);
  const Report report = bench.run();
  return verdict_of(report, report.has_failures() && !bench.run_again().has_failures());
}

class Sweeping {
 public:
  Sweeping(const Scenario& scenario, const SweepOptions& options, const SweepProgress& progress)
      : scenario_(scenario), options_(options), progress_(progress) {
    for (BoardSetup& it : scenario_.boards) it.options.time_scale = 0;
    result_.file = scenario.file;
  }

  Sweep run();

 private:
  void record_stream();
  void take_recording(const JobEnd& end);
  Series faults_of(Kind kind, const char* points, std::size_t size) const;
  std::vector<Series> make_series() const;
  void try_all(const std::vector<Series>& all);
  void write_lines(const std::vector<Series>& all, const std::vector<PointEnd>& ends);

  Scenario scenario_;
  const SweepOptions& options_;
  const SweepProgress& progress_;
  Recording recording_;
  Sweep result_;
};

/// In a process of its own as all runs are. What it sends back begins with why tools cannot be run
/// here, or with nothing.
void Sweeping::record_stream() {
  Work work;
  work.order = {0};
  work.bound = options_.timeout;
  work.run = [this](std::size_t) {
    ByteWriter out;
    try {
      const Bytes recorded = encode_recording(record(scenario_, options_.run));
      append_text(out, "");
      append_flag(out, false);
      append_bytes(out, recorded);
    } catch (const std::exception& error) {
      append_text(out, error.what());
      append_flag(out, attach::is_host_refusal(error));
      append_bytes(out, {});
    }
    return out.take();
  };
  work.on_running = [](const std::vector<std::size_t>&) {};
  work.on_end = [this](const JobEnd& end) { take_recording(end); };
  result_.signal = run_jobs(work);
}

void Sweeping::take_recording(const JobEnd& end) {
  result_.why_not = "of the scenario without a fault, " + end.broken_off;
  if (!end.broken_off.empty()) return;
  ResultReader reader(end.result);
  const std::string refusal = reader.text();
  const bool is_host_refusal = reader.flag();
  if (!refusal.empty()) attach::throw_again(refusal, is_host_refusal);
  std::optional<Recording> recording = parse_recording(reader.bytes());
  if (!recording) throw std::runtime_error("a process sent no recording that can be read");
  recording_ = std::move(*recording);
  result_.why_not = recording_.why_not;
}

/// A fault of this kind at its first occasion, its second, and so on.
Series Sweeping::faults_of(Kind kind, const char* points, std::size_t size) const {
  Series series;
  series.name = fault::info_of(kind).name;
  series.points = points;
  series.size = size;
  series.first = 1;
  series.judge = [this, kind](std::size_t point) {
    Fault fault;
    fault.kind = kind;
    fault.may_miss = true;
    fault.occasion.first = point + 1;
    return judge(scenario_, options_.run, fault);
  };
  return series;
}

std::vector<Series> Sweeping::make_series() const {
  std::vector<Series> all;
  for (const Kind kind : request_kinds) {
    all.push_back(faults_of(kind, "requests", recording_.requests.size()));
    all.back().what = [this](std::size_t point) { return recording_.requests[point]; };
  }
  all.push_back(faults_of(Kind::MemoryPowerCut, "operations of flash",
                          static_cast<std::size_t>(recording_.flash_operations)));
  all.back().what = [](std::size_t) { return "operation of flash"; };
  for (const bool splits : {true, false}) {
    Series series;
    series.name = splits ? "stream.split" : "stream.reset";
    series.points = "bytes to the device";
    series.size = recording_.size();
    series.range = points_of_stream_at_once;
    series.what = [](std::size_t) { return "byte of the stream"; };
    series.judge = [this, splits](std::size_t point) {
      const Stream stream(scenario_, options_.run, recording_);
      return splits ? stream.split_at(point) : stream.cut_at(point);
    };
    all.push_back(std::move(series));
  }
  return all;
}

void Sweeping::try_all(const std::vector<Series>& all) {
  PointWork work;
  std::vector<std::pair<const Series*, std::size_t>> points;  // by number: whose, and which there
  for (const Series& series : all) {
    for (std::size_t i = 0; i < series.size; ++i) points.push_back({&series, i});
    for (std::size_t at = 0; at < series.size; at += series.range) {
      work.ranges.push_back(std::min(series.range, series.size - at));
    }
  }
  work.at_once = options_.jobs;
  work.bound = options_.timeout;
  work.run = [&points](std::size_t number) {
    const auto& [series, point] = points[number];
    return series->judge(point);
  };
  work.on_progress = [&](std::size_t ended, const std::vector<std::size_t>& running) {
    std::vector<std::string> names;
    for (const std::size_t number : running) names.push_back(points[number].first->name);
    names.erase(std::unique(names.begin(), names.end()), names.end());
    progress_(ended, points.size(), names);
  };
  const PointEnds tried = try_points(work);
  result_.signal = tried.signal;
  if (result_.signal == 0) write_lines(all, tried.ends);
}

void Sweeping::write_lines(const std::vector<Series>& all, const std::vector<PointEnd>& ends) {
  auto end = ends.begin();
  for (const Series& series : all) {
    SweepLineWriter line(series.name + " at each of " + std::to_string(series.size) + " " +
                         series.points);
    for (std::size_t i = 0; i < series.size; ++i) {
      line.add(series.first + i, series.what(i), *end++);
    }
    result_.lines.push_back(line.finish());
  }
}

Sweep Sweeping::run() {
  if (drives_windows(scenario_)) {
    result_.why_not = "it drives a Windows program, which lives in real time";
    return std::move(result_);
  }
  record_stream();
  if (result_.signal == 0 && result_.why_not.empty()) try_all(make_series());
  return std::move(result_);
}

}  // namespace

Sweep sweep(const Scenario& scenario, const SweepOptions& options, const SweepProgress& progress) {
  return Sweeping(scenario, options, progress).run();
}

}  // namespace dfurig::scenario
