// JUnit XML in the shape CI systems read (pytest's xunit2).
#pragma once

#include <string>
#include <vector>

#include "scenario/outcome.h"

namespace dfurig::scenario {

/// The <testcase> of one run.
std::string junit_case(const Report& report);
/// The whole document for these runs.
std::string junit_xml(const std::vector<Outcome>& outcomes);
/// Text for an XML attribute or element; what XML cannot hold is replaced: control
/// characters by "?", bytes that are no UTF-8 by U+FFFD.
std::string xml_escaped(const std::string& text);

}  // namespace dfurig::scenario
