#include "scenario/outcome.h"

#include <gtest/gtest.h>

namespace dfurig::scenario {
namespace {

Outcome sample() {
  Outcome outcome;
  outcome.has_passed = true;
  outcome.is_not_run = true;
  outcome.text = "PASS  a.json\n";
  outcome.junit_case = std::string("<testcase/>\0\xFF", 13);
  outcome.refusal = "no";
  outcome.is_host_refusal = true;
  outcome.told = Duration(INT64_MAX);
  outcome.taken = Duration(1);
  return outcome;
}

TEST(Outcome, ComesBackAsItWasSent) {
  EXPECT_EQ(parse_outcome(encode_outcome(sample())), sample());
  EXPECT_EQ(parse_outcome(encode_outcome({})), Outcome{});
}

TEST(Outcome, CutShortAnywhereIsNone) {
  const Bytes whole = encode_outcome(sample());
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_EQ(parse_outcome(ByteView(whole).first(size)), std::nullopt) << size;
  }
}

TEST(Outcome, WithMoreBehindItIsNone) {
  Bytes bytes = encode_outcome(sample());
  bytes.push_back(0);
  EXPECT_EQ(parse_outcome(bytes), std::nullopt);
}

TEST(Outcome, WithAFlagThatIsNoneIsNone) {
  const Bytes bytes = encode_outcome(sample());
  for (std::size_t i = 0; i < 3; ++i) {
    Bytes changed = bytes;
    changed[i] = 2;
    EXPECT_EQ(parse_outcome(changed), std::nullopt) << i;
  }
}

TEST(Outcome, WithALengthThatReachesTooFarIsNone) {
  Bytes bytes = encode_outcome(sample());
  for (std::size_t i = 19; i < 23; ++i) bytes[i] = 0xFF;  // of the first text
  EXPECT_EQ(parse_outcome(bytes), std::nullopt);
}

TEST(MakeOutcome, SaysWhyARunHasNoEnd) {
  Report report;
  report.file = "a.json";
  report.title = "t";
  report.broken_off = "it did not end within 1 s";
  report.seed = {7, 9};
  const Outcome outcome = make_outcome(report, {});
  EXPECT_FALSE(outcome.has_passed);
  EXPECT_EQ(outcome.text,
            "t\n  a.json\n  seed 7, of this scenario 9\n\nFAILED: it did not end within "
            "1 s\n  again: dfurig run a.json --seed 7\n\nFAIL  a.json  t  (0.00 s)\n");
}

TEST(MakeOutcome, SaysWhyItWasNotRun) {
  Report report;
  report.file = "a.json";
  report.title = "t";
  report.not_run = "wine: not found in PATH\n  install it";
  const Outcome outcome = make_outcome(report, {});
  EXPECT_FALSE(outcome.has_passed);
  EXPECT_TRUE(outcome.is_not_run);
  EXPECT_EQ(outcome.text, "NOT RUN  a.json  t\n  wine: not found in PATH\n    install it\n");
}

}  // namespace
}  // namespace dfurig::scenario
