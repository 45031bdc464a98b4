#include "scenario/sweep_report.h"

#include <algorithm>

namespace dfurig::scenario {
namespace {

// Of each kind so many ranges of points that end wrongly are listed.
constexpr std::size_t listed_max = 20;

/// A tool was ended that was not to be.
bool has_hung(const Report& report) {
  return std::ranges::any_of(
      report.steps, [](const StepResult& it) { return it.timed_out && !it.failures.empty(); });
}

/// A tool did not end as it was to end.
bool is_told(const Report& report) {
  return std::ranges::any_of(
      report.steps, [](const StepResult& step) { return step.is_host && !step.failures.empty(); });
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
    case Verdict::BrokenOff:
      return "broken off";
  }
  return "?";
}

bool is_wrong(Verdict verdict) {
  return verdict != Verdict::Passes && verdict != Verdict::Told;
}

Verdict verdict_of(const Report& report, bool passes_again) {
  if (!report.has_failures()) return Verdict::Passes;
  if (!passes_again) return Verdict::Brick;
  if (has_hung(report)) return Verdict::Hang;
  return is_told(report) ? Verdict::Told : Verdict::Silent;
}

void SweepLineWriter::add(std::size_t point, const std::string& what, const PointEnd& end) {
  ++line_.counts[end.verdict];
  if (!is_wrong(end.verdict)) return;
  if (!ranges_.empty() && ranges_.back().last + 1 == point && ranges_.back().end == end &&
      ranges_.back().what == what) {
    ranges_.back().last = point;
    return;
  }
  ranges_.push_back({point, point, what, end});
}

SweepLine SweepLineWriter::finish() {
  for (const Range& it : ranges_) {
    if (line_.wrong.size() == listed_max) {
      line_.wrong.push_back("and " + std::to_string(ranges_.size() - listed_max) + " more");
      break;
    }
    const std::string points = it.first == it.last
                                   ? std::to_string(it.first)
                                   : std::to_string(it.first) + " to " + std::to_string(it.last);
    const std::string why = it.end.why.empty() ? "" : ", " + it.end.why;
    line_.wrong.push_back(points + ", " + it.what + ": " + to_string(it.end.verdict) + why);
  }
  return std::move(line_);
}

bool Sweep::is_clean() const {
  return why_not.empty() && signal == 0 && std::ranges::all_of(lines, [](const SweepLine& line) {
           return std::ranges::none_of(
               line.counts, [](const auto& it) { return is_wrong(it.first) && it.second > 0; });
         });
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
