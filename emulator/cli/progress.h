// One line on a terminal that says how far something is.
#pragma once

#include <string>
#include <vector>

namespace dfurig::cli {

/// Rewritten in place on standard error; nothing at all where that is no terminal.
class Progress {
 public:
  Progress();
  ~Progress() { hide(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// Cut to what fits.
  void show(std::string line);
  /// Before anything else is printed.
  void hide();

 private:
  const bool is_terminal_;
  bool is_shown_ = false;
};

/// "12/52 running: a.json, b.json"
std::string progress_line(std::size_t ended, std::size_t total,
                          const std::vector<std::string>& running);

}  // namespace dfurig::cli
