#include "wine/window_session.h"

#include <poll.h>
#include <signal.h>

#include <array>
#include <cerrno>
#include <stdexcept>

namespace dfurig::wine {
namespace {

using Clock = std::chrono::steady_clock;

/// Blocked, not ignored: what is started finds it as usual.
void block_broken_pipe() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGPIPE);
  sigprocmask(SIG_BLOCK, &signals, nullptr);
}

/// False: nobody reads any more.
bool write_all(int descriptor, const std::string& text) {
  for (std::size_t done = 0; done < text.size();) {
    const ssize_t size = write(descriptor, text.data() + done, text.size() - done);
    if (size < 0 && errno != EINTR) return false;
    if (size > 0) done += static_cast<std::size_t>(size);
  }
  return true;
}

/// False: the time is up.
bool wait_readable(int descriptor, Clock::time_point end) {
  pollfd wait{descriptor, POLLIN, 0};
  while (true) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now()).count();
    const int ready = poll(&wait, 1, static_cast<int>(std::max<std::int64_t>(0, left)));
    if (ready > 0) return true;
    if (ready == 0 && left <= 0) return false;
  }
}

}  // namespace

WindowSession::WindowSession(const ProgramCommand& command)
    : pipes_{attach::make_pipe(), attach::make_pipe()}, program_(command, &pipes_) {
  block_broken_pipe();
  program_.leave_signals();
  pipes_.requests.read_end.reset();
  pipes_.answers.write_end.reset();
}

WindowSession::~WindowSession() = default;

std::optional<Fields> WindowSession::ask(const Fields& request, std::chrono::milliseconds bound) {
  const Clock::time_point end = Clock::now() + bound;
  if (!write_all(pipes_.requests.write_end.get(), join_fields(request) + "\n")) {
    return std::nullopt;
  }
  std::array<char, 4096> buffer{};
  std::size_t line_end = 0;
  while ((line_end = received_.find('\n')) == std::string::npos) {
    const int answers = pipes_.answers.read_end.get();
    if (!wait_readable(answers, end)) {
      throw std::runtime_error("dfurig-window.exe does not answer " + request.front());
    }
    const ssize_t size = read(answers, buffer.data(), buffer.size());
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) return std::nullopt;
    received_.append(buffer.data(), static_cast<std::size_t>(size));
  }
  const std::string line = received_.substr(0, line_end);
  received_.erase(0, line_end + 1);
  std::optional<Fields> fields = split_fields(line);
  if (!fields) throw std::runtime_error("dfurig-window.exe says: " + line);
  return fields;
}

std::optional<int> WindowSession::wait_for_end(std::chrono::milliseconds bound) {
  if (!program_.has_ended(bound)) return std::nullopt;
  return program_.wait();
}

}  // namespace dfurig::wine
