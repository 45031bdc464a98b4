#include "scenario/in_words.h"

#include <gtest/gtest.h>

namespace dfurig::scenario {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

TEST(InWords, TimesHaveEveryDigitThereIs) {
  EXPECT_EQ(milliseconds_text(milliseconds(100)), "100 ms");
  EXPECT_EQ(milliseconds_text(nanoseconds(12'304'500)), "12.3045 ms");
  EXPECT_EQ(milliseconds_text(nanoseconds(1)), "0.000001 ms");
  EXPECT_EQ(milliseconds_text({}), "0 ms");
}

TEST(InWords, BytesStayOnOneLine) {
  EXPECT_EQ(printable(std::string("a\r\n\0\xFF", 5)), "a\\r\\n\\x00\\xFF");
}

TEST(InWords, APinIsALine) {
  std::vector<stm32::PinChange> changes = {{milliseconds(5), "PC13", false}};
  for (int i = 0; i < 3; ++i) changes.push_back({milliseconds(10 + 20 * i), "PA5", i % 2 == 0});
  changes.push_back({milliseconds(80), "PA5", false});
  EXPECT_EQ(
      pin_timelines(changes),
      (std::vector<std::string>{"PA5   ▔▁▔▁  toggled 4 times, every 20 ms to 30 ms, first at 10 ms",
                                "PC13  ▁  toggled 1 time, first at 5 ms"}));
  EXPECT_TRUE(pin_timelines({}).empty());
}

TEST(InWords, ALongLineIsCut) {
  std::vector<stm32::PinChange> changes;
  for (int i = 0; i < 17; ++i) changes.push_back({milliseconds(i), "PA5", i % 2 == 0});
  EXPECT_EQ(pin_timelines(changes).at(0),
            "PA5   ▔▁▔▁▔▁▔▁▔▁▔▁▔▁▔▁…  toggled 17 times, every 1 ms, first at 0 ms");
}

}  // namespace
}  // namespace dfurig::scenario
