#include "attach/process_status.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <ctime>

namespace dfurig::attach {
namespace {

using std::chrono::milliseconds;

// proc(5): fields 3 to 13, then utime, stime, cutime, cstime, and more.
const std::string before = " S 1 2 3 4 5 6 7 8 9 10";
const std::string after = " 20 0 1 0 12345";

TEST(ParseCpuTicks, AreOfTheProcessAndOfTheChildrenItWaitedFor) {
  EXPECT_EQ(parse_cpu_ticks("7 (sh)" + before + " 1000 200 30 4" + after), 1234U);
  EXPECT_EQ(parse_cpu_ticks("7 (sh)" + before + " 0 0 0 0"), 0U);
}

TEST(ParseCpuTicks, AreFoundBehindAnyName) {
  for (const char* name : {"()", "(a b)", "(a) S 1 (b)", "(\n)"}) {
    EXPECT_EQ(parse_cpu_ticks("7 " + std::string(name) + before + " 1 2 3 4" + after), 10U) << name;
  }
}

TEST(ParseCpuTicks, AreAbsentInWhatIsNoSuchFile) {
  const std::string bad[] = {"", "7 sh" + before + " 1 2 3 4", "7 (sh)" + before + " 1 2 3",
                             "7 (sh)" + before + " 1 2 3 x", "7 (sh) S"};
  for (const std::string& it : bad) EXPECT_EQ(parse_cpu_ticks(it), std::nullopt) << it;
}

void compute(milliseconds duration) {
  const std::clock_t end = std::clock() + duration.count() * CLOCKS_PER_SEC / 1000;
  while (std::clock() < end) {
  }
}

TEST(CpuTimeOf, GrowsByWhatIsComputed) {
  const Duration start = cpu_time_of(getpid());
  compute(milliseconds(100));
  EXPECT_GE(cpu_time_of(getpid()) - start, milliseconds(80)) << "to a tick or two";
}

TEST(CpuTimeOf, KeepsWhatAChildHadComputed) {
  const Duration start = cpu_time_of(getpid());
  const pid_t child = fork();
  if (child == 0) {
    compute(milliseconds(100));
    _exit(0);
  }
  waitpid(child, nullptr, 0);
  EXPECT_GE(cpu_time_of(getpid()) - start, milliseconds(80));
}

TEST(CpuTimeOf, OfNobodyIsNothing) {
  EXPECT_EQ(cpu_time_of(-1), Duration{0});
}

}  // namespace
}  // namespace dfurig::attach
