#include "scenario/outcome.h"

#include <sstream>

#include "scenario/junit.h"
#include "scenario/result_bytes.h"

namespace dfurig::scenario {
Outcome make_outcome(const Report& report, const Style& style) {
  Outcome outcome;
  outcome.has_passed = report.has_passed();
  outcome.is_not_run = !report.not_run.empty();
  std::ostringstream text;
  print_report(text, report, style);
  outcome.text = text.str();
  outcome.junit_case = junit_case(report);
  outcome.told = report.duration;
  return outcome;
}

Bytes encode_outcome(const Outcome& outcome) {
  ByteWriter out;
  append_flag(out, outcome.has_passed);
  append_flag(out, outcome.is_not_run);
  append_flag(out, outcome.is_host_refusal);
  for (const Duration it : {outcome.told, outcome.taken}) {
    append_number(out, static_cast<std::uint64_t>(it.count()));
  }
  for (const auto* it : {&outcome.text, &outcome.junit_case, &outcome.refusal}) {
    append_text(out, *it);
  }
  return out.take();
}

std::optional<Outcome> parse_outcome(ByteView bytes) {
  ResultReader reader(bytes);
  Outcome outcome;
  outcome.has_passed = reader.flag();
  outcome.is_not_run = reader.flag();
  outcome.is_host_refusal = reader.flag();
  for (auto* it : {&outcome.told, &outcome.taken}) {
    *it = Duration(static_cast<std::int64_t>(reader.number()));
  }
  for (auto* it : {&outcome.text, &outcome.junit_case, &outcome.refusal}) *it = reader.text();
  if (!reader.is_exact()) return std::nullopt;
  return outcome;
}

}  // namespace dfurig::scenario
