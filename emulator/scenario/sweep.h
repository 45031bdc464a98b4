// One scenario with a fault at every point there is, and what comes of each.
#pragma once

#include <functional>
#include <map>
#include <ostream>
#include <string>
#include <vector>

#include "scenario/run.h"

namespace dfurig::scenario {

/// How a run with one fault ends.
enum class Verdict {
  Passes,  ///< nothing that is expected is missing
  Told,    ///< a tool says so
  Silent,  ///< every tool reports success, and something that is expected is missing
  Hang,    ///< a tool had to be ended
  Brick,   ///< after that the same steps do not pass, though power was off and no fault comes
};
std::string to_string(Verdict verdict);

/// All points of one kind of fault.
struct SweepLine {
  std::string fault;  ///< "usb.stall at each of 52 requests"
  std::map<Verdict, std::size_t> counts;
  std::vector<std::string> wrong;  ///< "27 to 29, DFU_DNLOAD wValue=2 (write): silent"
};

struct Sweep {
  std::string file;
  std::string why_not;  ///< there was nothing to sweep: the scenario fails without a fault
  std::vector<SweepLine> lines;

  /// No run ended silently, hung, or left a brick.
  bool is_clean() const;
};

/// Called from time to time: what is being tried, how far that is, and how far it goes.
using SweepProgress = std::function<void(const std::string& what, std::size_t at, std::size_t of)>;

/// Requests fail one after the other, the power is cut before each unit of flash, and the stream is
/// cut and split at each of its bytes. Operations of the device take no time meanwhile.
Sweep sweep(const Scenario& scenario, const RunOptions& options, const SweepProgress& progress);

void print_sweep(std::ostream& out, const Sweep& sweep);

}  // namespace dfurig::scenario
