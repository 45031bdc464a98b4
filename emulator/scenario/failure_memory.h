// Which scenarios failed when they last ran: kept for --rerun-failed.
#pragma once

#include <map>
#include <set>
#include <string>

namespace dfurig::scenario {

/// A file in the user's cache folder. Scenarios are known by their absolute paths, so that a run of
/// some forgets nothing about others.
class FailureMemory {
 public:
  /// ${XDG_CACHE_HOME:-$HOME/.cache}/dfurig/last-run.json; nowhere when neither is set.
  static FailureMemory of_user();
  explicit FailureMemory(const std::string& path) : path_(path) {}

  /// Those that failed. Throws InputError when the file cannot be read, or could not have been
  /// written: then nobody knows.
  std::set<std::string> recall() const;
  /// Takes in what has run: whether each file has passed. False when it cannot be kept.
  bool update(const std::map<std::string, bool>& has_passed) const;

  /// A file's name here.
  static std::string name_of(const std::string& file);

 private:
  std::string path_;  ///< empty: there is no place
};

}  // namespace dfurig::scenario
