#include "scenario/sweep_report.h"

#include <gtest/gtest.h>

#include <sstream>

namespace dfurig::scenario {
namespace {

using Lines = std::vector<std::string>;

const PointEnd passes = {Verdict::Passes, ""};
const PointEnd told = {Verdict::Told, ""};
const PointEnd silent = {Verdict::Silent, ""};
const PointEnd brick = {Verdict::Brick, ""};

/// A run of a tool and a look at the board.
Report report(bool tool_fails, bool timed_out, bool look_fails) {
  const Failure failure{"x", "a", "b", {}};
  StepResult tool;
  tool.is_tool = tool.is_host = true;
  tool.timed_out = timed_out;
  if (tool_fails) tool.failures = {failure};
  StepResult look;
  if (look_fails) look.failures = {failure};
  Report report;
  report.steps = {tool, look};
  return report;
}

struct Case {
  const char* what;
  Report report;
  bool passes_again;
  Verdict verdict;
};

TEST(VerdictOf, IsAsTheTableOfTheReadmeHasIt) {
  const Case cases[] = {
      {"nothing fails", report(false, false, false), true, Verdict::Passes},
      {"nothing fails: whether it does again is not asked", report(false, false, false), false,
       Verdict::Passes},
      {"the tool fails", report(true, false, false), true, Verdict::Told},
      {"and what it left is wrong, too", report(true, false, true), true, Verdict::Told},
      {"the tool reports success, wrongly", report(false, false, true), true, Verdict::Silent},
      {"the tool had to be ended", report(true, true, false), true, Verdict::Hang},
      {"it was to be ended, and nothing fails", report(false, true, false), true, Verdict::Passes},
      {"it was to be ended, and something else fails", report(false, true, true), true,
       Verdict::Silent},
      {"the same steps fail again", report(true, false, false), false, Verdict::Brick},
      {"a hang that comes again", report(true, true, false), false, Verdict::Brick},
      {"silent, and it fails again", report(false, false, true), false, Verdict::Brick},
  };
  for (const Case& it : cases) {
    EXPECT_EQ(verdict_of(it.report, it.passes_again), it.verdict) << it.what;
  }
}

TEST(Verdict, IsWrongUnlessItPassesOrATellingToolFailed) {
  EXPECT_FALSE(is_wrong(Verdict::Passes));
  EXPECT_FALSE(is_wrong(Verdict::Told));
  for (const Verdict it : {Verdict::Silent, Verdict::Hang, Verdict::Brick, Verdict::BrokenOff}) {
    EXPECT_TRUE(is_wrong(it)) << to_string(it);
  }
}

/// From point 1 on, with the same text at each.
SweepLine line_of(const std::vector<PointEnd>& ends) {
  SweepLineWriter line("x at each");
  for (std::size_t i = 0; i < ends.size(); ++i) line.add(i + 1, "here", ends[i]);
  return line.finish();
}

TEST(SweepLineWriter, CountsAllAndListsWhatIsWrong) {
  const SweepLine line = line_of({passes, told, told, silent});
  EXPECT_EQ(line.fault, "x at each");
  EXPECT_EQ(line.counts, (std::map<Verdict, std::size_t>{
                             {Verdict::Passes, 1}, {Verdict::Told, 2}, {Verdict::Silent, 1}}));
  EXPECT_EQ(line.wrong, (Lines{"4, here: silent"}));
}

TEST(SweepLineWriter, TellsNeighboursTogether) {
  EXPECT_EQ(line_of({silent, silent, silent}).wrong, (Lines{"1 to 3, here: silent"}));
  EXPECT_EQ(line_of({silent, passes, silent}).wrong, (Lines{"1, here: silent", "3, here: silent"}));
  EXPECT_EQ(line_of({silent, brick}).wrong, (Lines{"1, here: silent", "2, here: brick"}));
}

TEST(SweepLineWriter, TellsApartWhatIsDifferentAtThePoint) {
  SweepLineWriter line("x");
  line.add(1, "here", silent);
  line.add(2, "there", silent);
  EXPECT_EQ(line.finish().wrong, (Lines{"1, here: silent", "2, there: silent"}));
}

TEST(SweepLineWriter, TellsWhyARunHasNoEndAndReasonsApart) {
  const PointEnd crash = {Verdict::BrokenOff, "it crashed"};
  const PointEnd late = {Verdict::BrokenOff, "it was late"};
  EXPECT_EQ(line_of({crash, crash, late}).wrong,
            (Lines{"1 to 2, here: broken off, it crashed", "3, here: broken off, it was late"}));
}

TEST(SweepLineWriter, ListsTwentyRangesAndSaysHowManyMoreThereAre) {
  std::vector<PointEnd> ends;
  for (int i = 0; i < 20; ++i) ends.insert(ends.end(), {silent, passes});
  EXPECT_EQ(line_of(ends).wrong.size(), 20U);
  ends.insert(ends.end(), {silent, passes, brick, brick});
  const SweepLine line = line_of(ends);
  ASSERT_EQ(line.wrong.size(), 21U);
  EXPECT_EQ(line.wrong[19], "39, here: silent");
  EXPECT_EQ(line.wrong[20], "and 2 more");
  EXPECT_EQ(line.counts.at(Verdict::Brick), 2U) << "counted though not listed";
}

TEST(Sweep, IsCleanWhenAllPassedOrWasTold) {
  Sweep sweep;
  sweep.lines = {line_of({passes, told})};
  EXPECT_TRUE(sweep.is_clean());
  sweep.lines.push_back(line_of({silent}));
  EXPECT_FALSE(sweep.is_clean());
}

TEST(Sweep, OfNothingOrInterruptedIsNotClean) {
  Sweep sweep;
  sweep.why_not = "why";
  EXPECT_FALSE(sweep.is_clean());
  sweep.why_not = "";
  sweep.signal = 2;
  EXPECT_FALSE(sweep.is_clean());
}

std::string printed(const Sweep& sweep) {
  std::ostringstream out;
  print_sweep(out, sweep);
  return out.str();
}

TEST(PrintSweep, HasALineForEachFaultItsCountsAndWhatIsWrong) {
  Sweep sweep;
  sweep.file = "a.json";
  sweep.lines = {line_of({passes, told})};
  EXPECT_EQ(printed(sweep), "CLEAN  a.json\n  x at each\n      passes 1 told 1\n");
  sweep.lines.push_back(line_of({brick, brick}));
  EXPECT_EQ(printed(sweep),
            "WRONG  a.json\n  x at each\n      passes 1 told 1\n"
            "  x at each\n      brick 2\n      1 to 2, here: brick\n");
}

TEST(PrintSweep, SaysWhyNothingWasSwept) {
  Sweep sweep;
  sweep.file = "a.json";
  sweep.why_not = "the scenario fails without a fault";
  EXPECT_EQ(printed(sweep),
            "WRONG  a.json\n  nothing was swept: the scenario fails without a fault\n");
}

}  // namespace
}  // namespace dfurig::scenario
