#include "scenario/junit.h"

#include <gtest/gtest.h>

namespace dfurig::scenario {
namespace {

TEST(XmlEscaped, KeepsTextAndReplacesWhatXmlCannotHold) {
  EXPECT_EQ(xml_escaped("a<b> & \"c\""), "a&lt;b&gt; &amp; &quot;c&quot;");
  EXPECT_EQ(xml_escaped("tab\tline\nbell\x07 esc\x1B[0m"), "tab\tline\nbell? esc?[0m");
  EXPECT_EQ(xml_escaped("§ ×"), "§ ×");
}

TEST(JunitXml, CountsAndNamesCases) {
  Report passed;
  passed.file = "scenarios/leave/a.json";
  Report failed;
  failed.file = "b.json";
  failed.steps = {
      {"b.json: /steps/0", "expect", false, 0, false, "", {{"phase", "x", "y", {}}}, {}}};
  const std::string xml = junit_xml({make_outcome(passed, {}), make_outcome(failed, {})});
  EXPECT_NE(xml.find("failures=\"1\" skipped=\"0\" tests=\"2\""), std::string::npos);
  EXPECT_NE(xml.find("classname=\"scenarios.leave\" name=\"a\""), std::string::npos);
  EXPECT_NE(xml.find("classname=\"scenarios\" name=\"b\""), std::string::npos);
  EXPECT_NE(xml.find("<failure message=\"phase: expected x, found y\">"), std::string::npos);
}

TEST(JunitXml, WhatWasNotRunIsSkipped) {
  Report report;
  report.file = "a.json";
  report.not_run = "wine: not found in PATH";
  const std::string xml = junit_xml({make_outcome(report, {})});
  EXPECT_NE(xml.find("failures=\"0\" skipped=\"1\" tests=\"1\""), std::string::npos);
  EXPECT_NE(xml.find("<skipped message=\"wine: not found in PATH\"/>"), std::string::npos);
  EXPECT_EQ(xml.find("system-out"), std::string::npos);
}

TEST(JunitXml, SaysWhyARunHasNoEnd) {
  Report report;
  report.file = "a.json";
  report.broken_off = "it did not end within 1 s";
  const std::string xml = junit_xml({make_outcome(report, {})});
  EXPECT_NE(xml.find("failures=\"1\""), std::string::npos);
  EXPECT_NE(xml.find("<failure message=\"it did not end within 1 s\">"), std::string::npos);
}

}  // namespace
}  // namespace dfurig::scenario
