// What is left of a run when its process has ended: the texts about it, and how they are sent.
#pragma once

#include <optional>
#include <string>

#include "scenario/report.h"
#include "support/bytes.h"

namespace dfurig::scenario {

struct Outcome {
  bool has_passed = false;
  bool is_not_run = false;       ///< this machine lacks something for it: neither passed nor failed
  std::string text;              ///< as print_report prints it
  std::string junit_case;        ///< as junit_case gives it
  std::string refusal;           ///< not empty: the suite ends here, and why
  bool is_host_refusal = false;  ///< it does because this machine cannot run tools
  Duration told{};               ///< the report's duration
  Duration taken{};              ///< of the machine's time

  bool operator==(const Outcome&) const = default;
};

/// `taken` is left to the caller.
Outcome make_outcome(const Report& report, const Style& style);

Bytes encode_outcome(const Outcome& outcome);
/// Absent when these are not the bytes of exactly one outcome.
std::optional<Outcome> parse_outcome(ByteView bytes);

}  // namespace dfurig::scenario
