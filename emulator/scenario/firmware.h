// Firmware that is executed: which, for how long, and what it must have done. Plain values.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "board/symbols.h"
#include "scenario/image.h"
#include "support/clock.h"

namespace dfurig::scenario {

/// A file of firmware with the names of its functions; one of both may be missing.
struct FirmwareFile {
  std::string name;  ///< "blink.hex"
  std::vector<Image> content;
  board::Symbols symbols;
  bool is_downloaded = false;  ///< a tool brings it: not in flash at first
};

/// The core executes what is in flash. Times are the device's; no other time passes.
struct RunFirmware {
  /// It ends when all that is given is so; with nothing given when `within` has passed.
  struct Pin {
    std::string name;
    bool level = false;
    bool operator==(const Pin&) const = default;
  };
  std::optional<std::uint64_t> instructions;
  std::optional<Pin> pin;
  std::optional<std::string> symbol;
  bool until_rom = false;
  Duration within{};  ///< at most

  bool is_for_a_time() const { return !instructions && !pin && !symbol && !until_rom; }
  bool operator==(const RunFirmware&) const = default;
};

/// Both ends belong to it; absent: anything.
template <typename Number>
struct Range {
  std::optional<Number> from;
  std::optional<Number> to;
  bool contains(Number number) const {
    return (!from || number >= *from) && (!to || number <= *to);
  }
  bool operator==(const Range&) const = default;
};

/// What a pin did during the last run of firmware.
struct PinTimesExpectation {
  std::string pin;
  std::optional<Range<std::uint32_t>> toggles;
  std::optional<Range<Duration>> period;  ///< from each edge to the next one of its direction
};

struct FaultExpectation {
  std::vector<std::string> names;  ///< "PRECISERR": each must be there
  std::string symbol;              ///< of the instruction; empty: any
};

struct FirmwareExpectation {
  std::vector<PinTimesExpectation> pins;
  std::map<std::string, std::string> usart;  ///< block -> what it must have sent, among other
  std::optional<std::vector<FaultExpectation>> faults;  ///< all that were taken, in order
  std::optional<FaultExpectation> fault;                ///< the last one
  std::optional<std::string> stopped;
  std::string stopped_text;  ///< part of the sentence that tells how it stopped
  std::optional<std::string> pc_in;
};

/// How a run ends, as `stopped` says it.
const std::vector<std::string>& stopped_names();

}  // namespace dfurig::scenario
