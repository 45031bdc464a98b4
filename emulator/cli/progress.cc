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

constexpr const char* clear_line = "\r\033[K";  // ECMA-48 §8.3.41, EL

}  // namespace

Progress::Progress() : is_terminal_(isatty(STDERR_FILENO) != 0) {}

void Progress::show(std::string line) {
  if (!is_terminal_) return;
  const std::size_t columns = columns_of_terminal() - 1;
  if (line.size() > columns) line.resize(columns);
  std::cerr << clear_line << line << std::flush;
  is_shown_ = true;
}

void Progress::hide() {
  if (is_shown_) std::cerr << clear_line << std::flush;
  is_shown_ = false;
}

std::string progress_line(std::size_t ended, std::size_t total,
                          const std::vector<std::string>& running) {
  std::string line = std::to_string(ended) + "/" + std::to_string(total);
  const char* before = " running: ";
  for (const std::string& file : running) {
    line += before + std::filesystem::path(file).filename().string();
    before = ", ";
  }
  return line;
}

}  // namespace dfurig::cli
