#include "support/input_error.h"

#include <algorithm>
#include <numeric>

namespace dfurig {
namespace {

std::string compose(const std::string& place, const std::string& problem,
                    const std::string& advice) {
  std::string text = place + ": " + problem;
  if (!advice.empty()) text += "\n  " + advice;
  return text;
}

/// Levenshtein distance, one row at a time.
std::size_t edit_distance(const std::string& a, const std::string& b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0]++;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t substituted = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, substituted});
    }
  }
  return row.back();
}

}  // namespace

InputError::InputError(const std::string& place, const std::string& problem,
                       const std::string& advice)
    : std::runtime_error(compose(place, problem, advice)) {}

std::vector<std::string> near_names(const std::string& name,
                                    const std::vector<std::string>& known) {
  std::vector<std::pair<std::size_t, std::string>> ranked;
  for (const std::string& candidate : known) {
    const std::size_t distance = edit_distance(name, candidate);
    const bool extends = !name.empty() && candidate.starts_with(name);
    if (extends || distance * 5 <= std::max(name.size(), candidate.size()) * 2) {
      ranked.emplace_back(extends ? 0 : distance, candidate);
    }
  }
  std::sort(ranked.begin(), ranked.end());
  std::vector<std::string> names;
  for (std::size_t i = 0; i < ranked.size() && i < 3; ++i) names.push_back(ranked[i].second);
  return names;
}

std::string did_you_mean(const std::string& name, const std::vector<std::string>& known,
                         const std::string& otherwise) {
  const std::vector<std::string> names = near_names(name, known);
  if (names.empty()) return otherwise;
  std::string text = "did you mean ";
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i > 0) text += i + 1 == names.size() ? " or " : ", ";
    text += names[i];
  }
  return text + "?";
}

}  // namespace dfurig
