// What the tool asked for and cannot have.
#pragma once

#include <set>
#include <string>

namespace dfurig::attach {

/// By a sentence each.
using NotEmulated = std::set<std::string>;

}  // namespace dfurig::attach
