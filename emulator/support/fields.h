// A line of text fields: how dfurig and what it started inside Wine talk to each other.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace dfurig {

using Fields = std::vector<std::string>;

/// One line without its end: tabs between the fields; a backslash, tab, line feed or carriage
/// return within one is written \\, \t, \n or \r.
std::string join_fields(const Fields& fields);

/// Absent when the line has a backslash that none of those begins with.
std::optional<Fields> split_fields(const std::string& line);

}  // namespace dfurig
