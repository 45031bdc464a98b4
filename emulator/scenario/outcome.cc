#include "scenario/outcome.h"

#include <sstream>

#include "scenario/junit.h"

namespace dfurig::scenario {
namespace {

void append_number(ByteWriter& out, Duration duration) {
  const auto count = static_cast<std::uint64_t>(duration.count());
  out.u32be(static_cast<std::uint32_t>(count >> 32)).u32be(static_cast<std::uint32_t>(count));
}

void append_text(ByteWriter& out, const std::string& text) {
  out.u32be(static_cast<std::uint32_t>(text.size()));
  out.append(ByteView(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()));
}

/// Takes what is there; remembers when something was not.
class OutcomeReader {
 public:
  explicit OutcomeReader(ByteView bytes) : reader_(bytes) {}

  bool is_exact() const { return is_whole_ && reader_.remaining() == 0; }

  bool flag() {
    if (!has(1)) return false;
    const std::uint8_t byte = reader_.u8();
    is_whole_ = byte <= 1;
    return byte == 1;
  }
  Duration duration() {
    if (!has(8)) return {};
    const std::uint64_t high = reader_.u32be();
    return Duration(static_cast<std::int64_t>(high << 32 | reader_.u32be()));
  }
  std::string text() {
    if (!has(4)) return {};
    const std::uint32_t size = reader_.u32be();
    if (!has(size)) return {};
    const ByteView bytes = reader_.take(size);
    return {bytes.begin(), bytes.end()};
  }

 private:
  bool has(std::size_t count) {
    is_whole_ = is_whole_ && reader_.remaining() >= count;
    return is_whole_;
  }

  ByteReader reader_;
  bool is_whole_ = true;
};

}  // namespace

Outcome make_outcome(const Report& report, const Style& style) {
  Outcome outcome;
  outcome.has_passed = report.has_passed();
  std::ostringstream text;
  print_report(text, report, style);
  outcome.text = text.str();
  outcome.junit_case = junit_case(report);
  outcome.told = report.duration;
  return outcome;
}

Bytes encode_outcome(const Outcome& outcome) {
  ByteWriter out;
  out.u8(outcome.has_passed ? 1 : 0).u8(outcome.is_host_refusal ? 1 : 0);
  for (const Duration it : {outcome.told, outcome.taken}) append_number(out, it);
  for (const auto* it : {&outcome.text, &outcome.junit_case, &outcome.refusal}) {
    append_text(out, *it);
  }
  return out.take();
}

std::optional<Outcome> parse_outcome(ByteView bytes) {
  OutcomeReader reader(bytes);
  Outcome outcome;
  outcome.has_passed = reader.flag();
  outcome.is_host_refusal = reader.flag();
  for (auto* it : {&outcome.told, &outcome.taken}) *it = reader.duration();
  for (auto* it : {&outcome.text, &outcome.junit_case, &outcome.refusal}) *it = reader.text();
  if (!reader.is_exact()) return std::nullopt;
  return outcome;
}

}  // namespace dfurig::scenario
