#include "scenario/durations.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "support/input_error.h"

namespace dfurig::scenario {
namespace {

class DurationsTest : public testing::Test {
 protected:
  ~DurationsTest() override { std::filesystem::remove(path_); }

  std::string refusal_of(const std::string& text) const {
    std::ofstream(path_) << text;
    try {
      load_durations(path_);
    } catch (const InputError& error) {
      return std::string(error.what()).substr(path_.size());
    }
    return "none";
  }

  const std::string path_ = testing::TempDir() + "durations." + std::to_string(getpid());
};

TEST_F(DurationsTest, ComeBackToTheMillisecond) {
  const Durations durations = {{"a/b.json", std::chrono::microseconds(41'700)}, {"c", Duration{}}};
  save_durations(path_, durations);
  EXPECT_EQ(load_durations(path_),
            (Durations{{"a/b.json", std::chrono::milliseconds(42)}, {"c", Duration{}}}));
}

TEST_F(DurationsTest, MayNotBeThereYet) {
  std::filesystem::remove(path_);
  EXPECT_EQ(load_durations_if_any(path_), Durations{});
  EXPECT_THROW(load_durations(path_), InputError);
}

TEST_F(DurationsTest, ThatAreNoneAreRefused) {
  EXPECT_EQ(refusal_of("[1]"), ": /: expected an object: seconds by a scenario's path");
  EXPECT_EQ(
      refusal_of(R"({"a": -1})"),
      ": /a: expected seconds from 0 to 1000000\n  dfurig run --record-durations writes them");
  EXPECT_NE(refusal_of(R"({"a": "long"})"), "none");
  EXPECT_NE(refusal_of("{"), "none");
}

TEST_F(DurationsTest, ThatCannotBeWrittenAreRefused) {
  EXPECT_THROW(save_durations("/dev/null/x", {}), InputError);
}

}  // namespace
}  // namespace dfurig::scenario
