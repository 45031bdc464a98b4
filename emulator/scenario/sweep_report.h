// How runs with one fault each ended, and how that is told.
#pragma once

#include <map>
#include <ostream>
#include <string>
#include <vector>

#include "scenario/report.h"

namespace dfurig::scenario {

/// How a run with one fault ends.
enum class Verdict : std::uint8_t {
  Passes,     ///< nothing that is expected is missing
  Told,       ///< a tool says so
  Silent,     ///< every tool reports success, and something that is expected is missing
  Hang,       ///< a tool had to be ended
  Brick,      ///< after that the same steps do not pass, though power was off and no fault comes
  BrokenOff,  ///< the run has no end: dfurig itself crashed, or did not end in time
};
constexpr Verdict last_verdict = Verdict::BrokenOff;
std::string to_string(Verdict verdict);
bool is_wrong(Verdict verdict);

/// What a run was. `passes_again`: so do the same steps after it, without a fault.
Verdict verdict_of(const Report& report, bool passes_again);

/// How a run with a fault at one point ended.
struct PointEnd {
  Verdict verdict = Verdict::Passes;
  std::string why;  ///< it was broken off
  bool operator==(const PointEnd&) const = default;
};

/// All points of one kind of fault.
struct SweepLine {
  std::string fault;  ///< "usb.stall at each of 52 requests"
  std::map<Verdict, std::size_t> counts;
  std::vector<std::string> wrong;  ///< "27 to 29, DFU_DNLOAD wValue=2 (write): silent"
};

/// Makes a SweepLine: points next to each other that end alike are told together.
class SweepLineWriter {
 public:
  explicit SweepLineWriter(std::string fault) { line_.fault = std::move(fault); }

  /// In the order of the points. `what` is at this one.
  void add(std::size_t point, const std::string& what, const PointEnd& end);
  SweepLine finish();

 private:
  struct Range {
    std::size_t first;
    std::size_t last;
    std::string what;
    PointEnd end;
  };
  SweepLine line_;
  std::vector<Range> ranges_;
};

struct Sweep {
  std::string file;
  std::string why_not;  ///< there was nothing to sweep: the scenario fails without a fault
  std::vector<SweepLine> lines;
  int signal = 0;  ///< that interrupted it, or 0; nothing is known then

  /// Every run passed or a tool told that it failed.
  bool is_clean() const;
};

void print_sweep(std::ostream& out, const Sweep& sweep);

}  // namespace dfurig::scenario
