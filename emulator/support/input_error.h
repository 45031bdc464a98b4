// What a bad file or flag becomes: an exception thrown while loading, caught once in main, exit 2.
#pragma once

#include <stdexcept>
#include <string>
#include <vector>

namespace dfurig {

/// Something the user gave us cannot be used. `what()` reads
///   <place>: <problem>
///     <advice>
/// where place names the file and the JSON pointer or line, the problem says what was expected and
/// what was found, and the advice (may be empty) what to do.
class InputError : public std::runtime_error {
 public:
  InputError(const std::string& place, const std::string& problem, const std::string& advice = "");
};

/// Those of `known` that look most like `name`, best first, at most three; empty when none is near.
std::vector<std::string> near_names(const std::string& name, const std::vector<std::string>& known);

/// "did you mean a, b or c?", or `otherwise` when no name is near.
std::string did_you_mean(const std::string& name, const std::vector<std::string>& known,
                         const std::string& otherwise = "");

}  // namespace dfurig
