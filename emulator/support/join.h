// Words in a row.
#pragma once

#include <string>
#include <vector>

namespace dfurig {

inline std::string join(const std::vector<std::string>& words, const std::string& separator) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : separator) + word;
  return text;
}

}  // namespace dfurig
