// JUnit XML in the shape CI systems read (pytest's xunit2).
#pragma once

#include <string>
#include <vector>

#include "scenario/report.h"

namespace dfurig::scenario {

/// The whole document for these runs.
std::string junit_xml(const std::vector<Report>& reports);
/// Text for an XML attribute or element; control characters XML cannot hold become "?".
std::string xml_escaped(const std::string& text);

}  // namespace dfurig::scenario
