#include "cli/progress.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <filesystem>
#include <iostream>

namespace dfurig::cli {
namespace {

std::size_t columns_of_terminal() {
  winsize size{};
  const bool is_known = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  return is_known ? size.ws_col : 80;
}

/// Cut to what fits into so many columns.
std::string progress_line(std::size_t ended, std::size_t total,
                          const std::vector<std::string>& running, std::size_t columns) {
  std::string line = std::to_string(ended) + "/" + std::to_string(total);
  const char* before = " running: ";
  for (const std::string& file : running) {
    line += before + std::filesystem::path(file).filename().string();
    before = ", ";
  }
  if (line.size() > columns) line.resize(columns);
  return line;
}

constexpr const char* clear_line = "\r\033[K";  // ECMA-48 §8.3.41, EL

}  // namespace

Progress::Progress(std::size_t total) : total_(total), is_terminal_(isatty(STDERR_FILENO) != 0) {}

void Progress::show(std::size_t ended, const std::vector<std::string>& running) {
  if (!is_terminal_) return;
  std::cerr << clear_line << progress_line(ended, total_, running, columns_of_terminal() - 1)
            << std::flush;
  is_shown_ = true;
}

void Progress::hide() {
  if (is_shown_) std::cerr << clear_line << std::flush;
  is_shown_ = false;
}

}  // namespace dfurig::cli
