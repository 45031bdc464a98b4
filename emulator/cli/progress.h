// One line on a terminal that says how far a run is.
#pragma once

#include <string>
#include <vector>

namespace dfurig::cli {

/// "12/52 running: a.json, b.json", rewritten in place on standard error; nothing at all where that
/// is no terminal.
class Progress {
 public:
  explicit Progress(std::size_t total);
  ~Progress() { hide(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void show(std::size_t ended, const std::vector<std::string>& running);
  /// Before anything else is printed.
  void hide();

 private:
  const std::size_t total_;
  const bool is_terminal_;
  bool is_shown_ = false;
};

}  // namespace dfurig::cli
