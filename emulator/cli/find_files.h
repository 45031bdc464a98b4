// Paths on the command line, as the JSON files they stand for.
#pragma once

#include <string>
#include <vector>

namespace dfurig::cli {

/// Files as they are, folders as all the .json below them, in alphabetical order. Throws InputError
/// when a folder has none.
std::vector<std::string> find_files(const std::vector<std::string>& paths);

}  // namespace dfurig::cli
