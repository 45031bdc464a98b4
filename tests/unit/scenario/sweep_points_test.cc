#include "scenario/sweep_points.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <stdexcept>

namespace dfurig::scenario {
namespace {

PointWork work_of(std::vector<std::size_t> ranges, std::function<Verdict(std::size_t)> run) {
  PointWork work;
  work.ranges = std::move(ranges);
  work.at_once = 2;
  work.bound = std::chrono::seconds(60);
  work.run = std::move(run);
  work.on_progress = [](std::size_t, const std::vector<std::size_t>&) {};
  return work;
}

Verdict by_number(std::size_t point) {
  return point % 2 == 0 ? Verdict::Told : Verdict::Silent;
}

TEST(TryPoints, GivesEachPointItsEndHoweverManyAreAtOnce) {
  PointWork work = work_of({1, 4, 2}, by_number);
  for (const std::size_t at_once : {1, 2, 3}) {
    work.at_once = at_once;
    const PointEnds tried = try_points(work);
    EXPECT_EQ(tried.signal, 0);
    ASSERT_EQ(tried.ends.size(), 7U);
    for (std::size_t i = 0; i < 7; ++i) EXPECT_EQ(tried.ends[i], (PointEnd{by_number(i), ""}));
  }
}

TEST(TryPoints, OfNoneIsNothing) {
  EXPECT_TRUE(try_points(work_of({}, by_number)).ends.empty());
}

TEST(TryPoints, BreaksOffOnlyThePointThatCrashes) {
  const auto run = [](std::size_t point) {
    if (point == 3) _exit(3);
    return by_number(point);
  };
  const PointEnds tried = try_points(work_of({2, 5, 2}, run));
  for (std::size_t i = 0; i < 9; ++i) {
    const PointEnd crash = {Verdict::BrokenOff, "its process ended with exit status 3"};
    EXPECT_EQ(tried.ends[i], i == 3 ? crash : (PointEnd{by_number(i), ""})) << i;
  }
}

TEST(TryPoints, BreaksOffOnlyThePointThatTakesTooLong) {
  PointWork work = work_of({4}, [](std::size_t point) {
    while (point == 1) pause();
    return by_number(point);
  });
  work.bound = std::chrono::milliseconds(1500);
  const PointEnds tried = try_points(work);
  EXPECT_EQ(tried.ends[0], (PointEnd{Verdict::Told, ""}));
  EXPECT_EQ(tried.ends[1], (PointEnd{Verdict::BrokenOff, "it did not end within 1500 ms"}));
  EXPECT_EQ(tried.ends[2], (PointEnd{Verdict::Told, ""}));
}

TEST(TryPoints, BreaksOffAPointThatThrowsAndSaysWhy) {
  const PointEnds tried = try_points(work_of({3}, [](std::size_t point) {
    if (point == 1) throw std::runtime_error("no room");
    return by_number(point);
  }));
  EXPECT_EQ(tried.ends[1], (PointEnd{Verdict::BrokenOff, "no room"}));
  EXPECT_EQ(tried.ends[2], (PointEnd{Verdict::Told, ""}));
}

TEST(TryPoints, TellsHowManyHaveEndedAndWhereItIs) {
  std::vector<std::pair<std::size_t, std::vector<std::size_t>>> told;
  PointWork work = work_of({2, 3}, by_number);
  work.at_once = 1;
  work.on_progress = [&](std::size_t ended, const std::vector<std::size_t>& running) {
    told.emplace_back(ended, running);
  };
  try_points(work);
  ASSERT_EQ(told.size(), 2U);
  EXPECT_EQ(told[0], std::pair(std::size_t{0}, std::vector<std::size_t>{0}));
  EXPECT_EQ(told[1], std::pair(std::size_t{2}, std::vector<std::size_t>{2}));
}

TEST(TryPoints, IsInterruptedByASignalAndLeavesNoProcess) {
  const PointEnds tried = try_points(work_of({1, 1}, [](std::size_t) -> Verdict {
    kill(getppid(), SIGTERM);
    while (true) pause();
  }));
  EXPECT_EQ(tried.signal, SIGTERM);
  EXPECT_EQ(waitpid(-1, nullptr, WNOHANG), -1) << "a child is left";
}

}  // namespace
}  // namespace dfurig::scenario
