#include "scenario/workers.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <map>
#include <stdexcept>

namespace dfurig::scenario {
namespace {

/// Work whose ends are kept by job.
struct Kept {
  std::map<std::size_t, JobEnd> ends;
  Work work;

  explicit Kept(std::function<Bytes(std::size_t)> run, std::size_t jobs = 3) {
    for (std::size_t i = 0; i < jobs; ++i) work.order.push_back(i);
    work.at_once = 2;
    work.bound = std::chrono::seconds(60);
    work.run = std::move(run);
    work.on_running = [](const std::vector<std::size_t>&) {};
    work.on_end = [this](const JobEnd& end) { ends[end.job] = end; };
  }
};

[[noreturn]] void hang() {
  while (true) pause();
}

TEST(RunJobs, BringsEachResultHowBigEver) {
  Kept kept([](std::size_t job) { return Bytes(job * 300'000, 'x'); });
  EXPECT_EQ(run_jobs(kept.work), 0);
  ASSERT_EQ(kept.ends.size(), 3U);
  for (const auto& [job, end] : kept.ends) {
    EXPECT_EQ(end.result, Bytes(job * 300'000, 'x'));
    EXPECT_EQ(end.broken_off, "");
  }
}

TEST(RunJobs, StartsThemInTheOrderGivenAndNotMoreThanAllowed) {
  Kept kept([](std::size_t) { return Bytes{}; });
  kept.work.order = {2, 0, 1};
  kept.work.at_once = 1;
  std::vector<std::size_t> started;
  kept.work.on_running = [&](const std::vector<std::size_t>& running) {
    ASSERT_LE(running.size(), 1U);
    started.insert(started.end(), running.begin(), running.end());
  };
  EXPECT_EQ(run_jobs(kept.work), 0);
  EXPECT_EQ(started, kept.work.order);
}

TEST(RunJobs, KeepsAProcessUntilAJobIsBrokenOff) {
  Kept kept(
      [](std::size_t job) -> Bytes {
        if (job == 2) _exit(1);
        const std::string pid = std::to_string(getpid());
        return {pid.begin(), pid.end()};
      },
      4);
  kept.work.at_once = 1;
  EXPECT_EQ(run_jobs(kept.work), 0);
  EXPECT_EQ(kept.ends[0].result, kept.ends[1].result);
  EXPECT_NE(kept.ends[1].result, kept.ends[3].result);
}

TEST(RunJobs, TellsHowAProcessEndedAndGoesOn) {
  Kept kept([](std::size_t job) -> Bytes {
    if (job == 0) kill(getpid(), SIGKILL);
    if (job == 1) _exit(3);
    return {1};
  });
  EXPECT_EQ(run_jobs(kept.work), 0);
  EXPECT_EQ(kept.ends[0].broken_off, "its process was ended by signal 9 (Killed)");
  EXPECT_EQ(kept.ends[1].broken_off, "its process ended with exit status 3");
  EXPECT_EQ(kept.ends[2].result, Bytes{1});
}

TEST(RunJobs, EndsWhatTakesTooLong) {
  Kept kept([](std::size_t job) -> Bytes {
    if (job == 1) hang();
    return {1};
  });
  kept.work.bound = std::chrono::milliseconds(1500);
  EXPECT_EQ(run_jobs(kept.work), 0);
  EXPECT_EQ(kept.ends[1].broken_off, "it did not end within 1500 ms");
}

TEST(RunJobs, GivesThemNothingToRead) {
  Kept kept([](std::size_t) -> Bytes {
    std::uint8_t byte = 0;
    return {static_cast<std::uint8_t>(read(STDIN_FILENO, &byte, 1))};
  });
  run_jobs(kept.work);
  EXPECT_EQ(kept.ends[0].result, Bytes{0});
}

/// By one from each of the jobs: the second must not end what tells of the first.
TEST(RunJobs, IsInterruptedByASignalAndLeavesNoProcess) {
  Kept kept([](std::size_t) -> Bytes {
    kill(getppid(), SIGTERM);
    hang();
  });
  EXPECT_EQ(run_jobs(kept.work), SIGTERM);
  EXPECT_TRUE(kept.ends.empty());
  EXPECT_EQ(waitpid(-1, nullptr, WNOHANG), -1) << "a child is left";
}

TEST(RunJobs, LeavesNoProcessWhenTheListenerThrows) {
  Kept kept([](std::size_t job) -> Bytes {
    if (job == 1) hang();
    return {};
  });
  kept.work.on_end = [](const JobEnd&) { throw std::runtime_error("enough"); };
  EXPECT_THROW(run_jobs(kept.work), std::runtime_error);
  EXPECT_EQ(waitpid(-1, nullptr, WNOHANG), -1) << "a child is left";
}

}  // namespace
}  // namespace dfurig::scenario
