#include "attach/quiescence.h"

#include <gtest/gtest.h>

namespace dfurig::attach {
namespace {

TEST(Quiescence, ReadsAThreadsStatus) {
  const auto status = parse_thread_status(
      "Name:\tState: R\nUmask:\t0022\nState:\tS (sleeping)\nTgid:\t7\nPid:\t7\n"
      "voluntary_ctxt_switches:\t150\nnonvoluntary_ctxt_switches:\t12\n");
  EXPECT_EQ(status, (ThreadStatus{'S', 162}));
}

TEST(Quiescence, ReadsNothingWhereNothingIs) {
  EXPECT_EQ(parse_thread_status(""), std::nullopt);
  EXPECT_EQ(parse_thread_status("State:"), std::nullopt);
  EXPECT_EQ(parse_thread_status("Name:\tState:\nTgid:\t7\n"), std::nullopt);
  EXPECT_EQ(parse_thread_status("State:\tR"), (ThreadStatus{'R', 0}));
}

TEST(Quiescence, WhoSleepsStoppedOrEndedWaits) {
  for (const char state : {'S', 'T', 't', 'Z', 'X'}) {
    EXPECT_TRUE(is_waiting({state, 0}, false)) << state;
  }
}

TEST(Quiescence, WhoRunsOrIsStarvedDoesNot) {
  EXPECT_FALSE(is_waiting({'R', 0}, false));
  EXPECT_FALSE(is_waiting({'R', 0}, true)) << "answered, and not yet taken off";
  EXPECT_FALSE(is_waiting({'?', 0}, true));
}

TEST(Quiescence, AnUninterruptibleSleepIsWaitingOnlyForOurAnswer) {
  EXPECT_FALSE(is_waiting({'D', 0}, false));
  EXPECT_TRUE(is_waiting({'D', 0}, true));
}

TEST(Quiescence, ATreeWithoutThreadsWaits) {
  EXPECT_TRUE(does_everybody_wait({}, [](pid_t) { return false; }));
}

}  // namespace
}  // namespace dfurig::attach
