#include "scenario/sweep.h"

#include <algorithm>

#include "fault/request_watcher.h"
#include "scenario/bench.h"
#include "scenario/sweep_stream.h"
#include "support/hex.h"

namespace dfurig::scenario {
namespace {

using fault::Fault;
using fault::Kind;

// Of each kind so many ranges of points that end wrongly are listed.
constexpr std::size_t listed_max = 20;

// What can happen to a request.
constexpr Kind request_kinds[] = {Kind::UsbStall, Kind::UsbBusError, Kind::UsbNever, Kind::UsbLost,
                                  Kind::UsbUnplug};

bool has_hung(const Report& report) {
  return std::ranges::any_of(report.steps, [](const StepResult& it) { return it.timed_out; });
}

/// A tool did not end as it was to end.
bool is_told(const Report& report) {
  return std::ranges::any_of(
      report.steps, [](const StepResult& step) { return step.is_host && !step.failures.empty(); });
}

/// One run with one more fault, and a second one after it.
Verdict judge(const Scenario& scenario, const RunOptions& options, const Fault& fault) {
  Bench bench(scenario, options);
  bench.rig().injection().armed().add(fault);
  const Report report = bench.run();
  const bool passes = !report.has_failures();
  if (!passes && bench.run_again().has_failures()) return Verdict::Brick;
  if (passes) return Verdict::Passes;
  if (has_hung(report)) return Verdict::Hang;
  return is_told(report) ? Verdict::Told : Verdict::Silent;
}

bool is_wrong(Verdict verdict) {
  return verdict == Verdict::Silent || verdict == Verdict::Hang || verdict == Verdict::Brick;
}

/// Points next to each other that end alike are told together.
class Line {
 public:
  explicit Line(std::string fault) { line_.fault = std::move(fault); }

  void add(std::size_t point, const std::string& what, Verdict verdict) {
    ++line_.counts[verdict];
    if (!is_wrong(verdict)) return;
    if (!ranges_.empty() && ranges_.back().last + 1 == point && ranges_.back().verdict == verdict &&
        ranges_.back().what == what) {
      ranges_.back().last = point;
      return;
    }
    ranges_.push_back({point, point, what, verdict});
  }

  SweepLine finish() {
    for (const Range& it : ranges_) {
      if (line_.wrong.size() == listed_max) {
        line_.wrong.push_back("and " + std::to_string(ranges_.size() - listed_max) + " more");
        break;
      }
      const std::string points = it.first == it.last
                                     ? std::to_string(it.first)
                                     : std::to_string(it.first) + " to " + std::to_string(it.last);
      line_.wrong.push_back(points + ", " + it.what + ": " + to_string(it.verdict));
    }
    return std::move(line_);
  }

 private:
  struct Range {
    std::size_t first;
    std::size_t last;
    std::string what;
    Verdict verdict;
  };
  SweepLine line_;
  std::vector<Range> ranges_;
};

/// "DFU_DNLOAD wValue=2 (write)" for each transfer.
std::vector<std::string> texts_of(const std::vector<usb::Transfer>& transfers) {
  std::vector<std::string> texts;
  fault::RequestWatcher watcher;
  for (const usb::Transfer& it : transfers) {
    const bool is_out = !it.setup.is_device_to_host();
    watcher.see(it.setup, is_out ? ByteView(it.data) : ByteView());
    texts.push_back(watcher.text());
  }
  return texts;
}

SweepLine sweep_requests(const Scenario& scenario, const RunOptions& options, Kind kind,
                         const std::vector<std::string>& requests, const SweepProgress& progress) {
  const std::string name = fault::info_of(kind).name;
  Line line(name + " at each of " + std::to_string(requests.size()) + " requests");
  Fault fault;
  fault.kind = kind;
  fault.may_miss = true;
  for (std::size_t i = 1; i <= requests.size(); ++i) {
    progress(name, i, requests.size());
    fault.occasion.first = i;
    line.add(i, requests[i - 1], judge(scenario, options, fault));
  }
  return line.finish();
}

/// Before each unit that is programmed and in the middle of each erase.
SweepLine sweep_power(const Scenario& scenario, const RunOptions& options,
                      const SweepProgress& progress, std::size_t count) {
  Line line("memory.power_cut at each of " + std::to_string(count) + " operations of flash");
  Fault fault;
  fault.kind = Kind::MemoryPowerCut;
  fault.may_miss = true;
  for (std::size_t i = 1; i <= count; ++i) {
    progress("memory.power_cut", i, count);
    fault.occasion.first = i;
    line.add(i, "operation of flash", judge(scenario, options, fault));
  }
  return line.finish();
}

SweepLine sweep_bytes(const Stream& stream, bool splits, const SweepProgress& progress) {
  const std::string name = splits ? "stream.split" : "stream.reset";
  Line line(name + " at each of " + std::to_string(stream.size()) + " bytes to the device");
  for (std::size_t at = 0; at < stream.size(); ++at) {
    if (at % 64 == 0) progress(name, at, stream.size());
    line.add(at, "byte of the stream", splits ? stream.split_at(at) : stream.cut_at(at));
  }
  return line.finish();
}

}  // namespace

std::string to_string(Verdict verdict) {
  switch (verdict) {
    case Verdict::Passes:
      return "passes";
    case Verdict::Told:
      return "told";
    case Verdict::Silent:
      return "silent";
    case Verdict::Hang:
      return "hang";
    case Verdict::Brick:
      return "brick";
  }
  return "?";
}

bool Sweep::is_clean() const {
  return why_not.empty() && std::ranges::all_of(lines, [](const SweepLine& line) {
           return std::ranges::none_of(
               line.counts, [](const auto& it) { return is_wrong(it.first) && it.second > 0; });
         });
}

Sweep sweep(const Scenario& original, const RunOptions& options, const SweepProgress& progress) {
  Scenario scenario = original;
  for (BoardSetup& it : scenario.boards) it.options.time_scale = 0;
  Sweep result;
  result.file = scenario.file;
  const Stream stream(scenario, options);
  if (!stream.why_not().empty()) {
    result.why_not = stream.why_not();
    return result;
  }
  for (const Kind kind : request_kinds) {
    result.lines.push_back(
        sweep_requests(scenario, options, kind, texts_of(stream.transfers()), progress));
  }
  result.lines.push_back(sweep_power(scenario, options, progress, stream.flash_operations()));
  result.lines.push_back(sweep_bytes(stream, true, progress));
  result.lines.push_back(sweep_bytes(stream, false, progress));
  return result;
}

void print_sweep(std::ostream& out, const Sweep& sweep) {
  out << (sweep.is_clean() ? "CLEAN" : "WRONG") << "  " << sweep.file << "\n";
  if (!sweep.why_not.empty()) out << "  nothing was swept: " << sweep.why_not << "\n";
  for (const SweepLine& line : sweep.lines) {
    out << "  " << line.fault << "\n     ";
    for (const auto& [verdict, count] : line.counts) {
      out << " " << to_string(verdict) << " " << count;
    }
    out << "\n";
    for (const std::string& it : line.wrong) out << "      " << it << "\n";
  }
}

}  // namespace dfurig::scenario
