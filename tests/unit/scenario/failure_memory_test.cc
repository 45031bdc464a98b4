#include "scenario/failure_memory.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "support/input_error.h"

namespace dfurig::scenario {
namespace {

namespace fs = std::filesystem;

class FailureMemoryTest : public testing::Test {
 protected:
  FailureMemoryTest() {
    fs::remove_all(folder_);
    fs::create_directories(folder_);
    for (const char* name : {"a", "b"}) std::ofstream(folder_ + name) << "x";
  }

  ~FailureMemoryTest() override { fs::remove_all(folder_); }

  const std::string folder_ = testing::TempDir() + "failures." + std::to_string(getpid()) + "/";
  const std::string a_ = folder_ + "a";
  const std::string b_ = folder_ + "b";
  const FailureMemory memory_{folder_ + "cache/last-run.json"};
};

TEST_F(FailureMemoryTest, KnowsOfEachWhetherItFailedWhenItLastRan) {
  EXPECT_TRUE(memory_.recall().empty());
  EXPECT_TRUE(memory_.update({{a_, false}, {folder_ + "./b", false}}));
  EXPECT_EQ(memory_.recall(), (std::set<std::string>{a_, b_}));
  EXPECT_TRUE(memory_.update({{b_, true}}));
  EXPECT_EQ(memory_.recall(), std::set<std::string>{a_}) << "a did not run";
}

TEST_F(FailureMemoryTest, ForgetsFilesThatAreGone) {
  memory_.update({{a_, false}});
  fs::remove(a_);
  memory_.update({{b_, false}});
  EXPECT_EQ(memory_.recall(), std::set<std::string>{b_});
}

TEST_F(FailureMemoryTest, WritesNothingWhenNothingFailed) {
  EXPECT_TRUE(memory_.update({{a_, true}}));
  EXPECT_FALSE(fs::exists(folder_ + "cache"));
}

TEST_F(FailureMemoryTest, RefusesToRecallWhatCouldNotBeKept) {
  for (const char* path : {"", "/dev/null/last-run.json"}) {
    const FailureMemory nowhere(path);
    EXPECT_FALSE(nowhere.update({{a_, false}}));
    EXPECT_THROW(nowhere.recall(), InputError);
  }
}

TEST_F(FailureMemoryTest, RefusesADamagedFileAndReplacesIt) {
  fs::create_directories(folder_ + "cache");
  std::ofstream(folder_ + "cache/last-run.json") << R"({"failed": [1]})";
  EXPECT_THROW(memory_.recall(), InputError);
  EXPECT_TRUE(memory_.update({{a_, false}}));
  EXPECT_EQ(memory_.recall(), std::set<std::string>{a_});
}

}  // namespace
}  // namespace dfurig::scenario
