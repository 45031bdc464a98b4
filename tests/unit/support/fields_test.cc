#include "support/fields.h"

#include <gtest/gtest.h>

namespace dfurig {
namespace {

TEST(Fields, ALineIsItsFieldsWithTabsBetween) {
  EXPECT_EQ(join_fields({"press", "button=&OK", ""}), "press\tbutton=&OK\t");
  EXPECT_EQ(split_fields("press\tbutton=&OK\t"), (Fields{"press", "button=&OK", ""}));
  EXPECT_EQ(split_fields(""), Fields{""});
}

TEST(Fields, WhatSeparatesIsEscaped) {
  const Fields fields = {"a\tb\nc\rd\\n", "Grüße"};
  EXPECT_EQ(join_fields(fields), "a\\tb\\nc\\rd\\\\n\tGrüße");
  EXPECT_EQ(split_fields(join_fields(fields)), fields);
}

TEST(Fields, AnUnknownEscapeIsNoLine) {
  for (const char* line : {"\\", "a\\x", "a\t\\", "\\\\\\"}) {
    EXPECT_EQ(split_fields(line), std::nullopt) << line;
  }
}

}  // namespace
}  // namespace dfurig
