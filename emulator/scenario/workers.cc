#include "scenario/workers.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstring>
#include <optional>
#include <stdexcept>

#include "attach/descriptor.h"
#include "attach/process_tree.h"

namespace dfurig::scenario {
namespace {

using SteadyTime = std::chrono::steady_clock::time_point;

/// Signals that end us arrive as reads while this lives. Those that are ignored, as under nohup,
/// stay ignored.
class Interruptions {
 public:
  Interruptions() {
    sigset_t signals;
    sigemptyset(&signals);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
      struct sigaction now {};
      sigaction(signal, nullptr, &now);
      if (now.sa_handler != SIG_IGN) sigaddset(&signals, signal);
    }
    sigprocmask(SIG_BLOCK, &signals, &before_);
    file_ = attach::Descriptor(signalfd(-1, &signals, SFD_NONBLOCK | SFD_CLOEXEC));
  }
  ~Interruptions() { restore(); }
  Interruptions(const Interruptions&) = delete;
  Interruptions& operator=(const Interruptions&) = delete;

  int file() const { return file_.get(); }
  void restore() const { sigprocmask(SIG_SETMASK, &before_, nullptr); }
  /// 0: none has come.
  int take() const {
    signalfd_siginfo info{};
    return read(file_.get(), &info, sizeof info) == static_cast<ssize_t>(sizeof info)
               ? static_cast<int>(info.ssi_signo)
               : 0;
  }

 private:
  sigset_t before_{};
  attach::Descriptor file_;
};

struct Worker {
  pid_t pid = 0;
  std::size_t job = 0;
  attach::Descriptor pipe;  ///< closed: it has sent all it will
  Bytes received;
  SteadyTime start{};
};

/// What the process's end says of the job; empty when it is as it should be.
std::string reason_of(int status) {
  if (WIFSIGNALED(status)) {
    const int signal = WTERMSIG(status);
    return "its process was ended by signal " + std::to_string(signal) + " (" + strsignal(signal) +
           ")";
  }
  if (WEXITSTATUS(status) == 0) return "";
  return "its process ended with exit status " + std::to_string(WEXITSTATUS(status));
}

std::string seconds(std::chrono::milliseconds duration) {
  const auto count = duration.count();
  return (count % 1000 == 0 ? std::to_string(count / 1000) + " s" : std::to_string(count) + " ms");
}

int end_of(pid_t pid) {
  int status = 0;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return status;
}

void write_all(int file, ByteView bytes) {
  while (!bytes.empty()) {
    const ssize_t size = write(file, bytes.data(), bytes.size());
    if (size < 0 && errno != EINTR) _exit(EXIT_FAILURE);
    if (size > 0) bytes = bytes.subspan(static_cast<std::size_t>(size));
  }
}

class Workers {
 public:
  explicit Workers(const Work& work) : work_(work), foreign_(attach::find_children()) {
    attach::become_subreaper();
  }
  ~Workers() {
    for (const Worker& it : workers_) kill(it.pid, SIGKILL);
    for (const Worker& it : workers_) end_of(it.pid);
    // What they had started are our children now.
    attach::kill_descendants(foreign_);
  }
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  int run();

 private:
  void start(std::size_t job);
  [[noreturn]] void become_worker(std::size_t job, int pipe, pid_t parent) const noexcept;
  void start_more();
  void tell_running();
  void wait();
  void receive(Worker& worker);
  void end_late();
  void tell_ended();
  void end_orphans();

  const Work& work_;
  const std::vector<pid_t> foreign_;  ///< children this process had before
  const Interruptions interruptions_;
  std::size_t started_ = 0;
  std::vector<Worker> workers_;
  std::vector<std::size_t> running_;  ///< as was told last
  std::vector<JobEnd> ended_;
};

/// A process group of its own: Ctrl-C at the terminal reaches us alone, and we end all. No terminal
/// to read from: a tool that asks gets the end of the file, whether others run beside it or not.
void Workers::become_worker(std::size_t job, int pipe, pid_t parent) const noexcept {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(EXIT_FAILURE);
  setpgid(0, 0);
  interruptions_.restore();
  const int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (nothing >= 0) dup2(nothing, STDIN_FILENO);
  write_all(pipe, work_.run(job));
  _exit(EXIT_SUCCESS);
}

void Workers::start(std::size_t job) {
  attach::Pipe pipe = attach::make_pipe();
  const pid_t parent = getpid();
  const pid_t pid = fork();
  if (pid < 0) throw std::runtime_error("fork: " + std::string(std::strerror(errno)));
  if (pid == 0) become_worker(job, pipe.write_end.get(), parent);
  workers_.push_back({pid, job, std::move(pipe.read_end), {}, std::chrono::steady_clock::now()});
}

void Workers::start_more() {
  while (workers_.size() < work_.at_once && started_ < work_.order.size()) {
    start(work_.order[started_++]);
  }
}

void Workers::tell_running() {
  std::vector<std::size_t> running;
  for (const Worker& it : workers_) running.push_back(it.job);
  if (running != running_) work_.on_running(running);
  running_ = std::move(running);
}

void Workers::receive(Worker& worker) {
  std::array<std::uint8_t, 65536> buffer;
  const ssize_t size = read(worker.pipe.get(), buffer.data(), buffer.size());
  if (size > 0) {
    worker.received.insert(worker.received.end(), buffer.begin(), buffer.begin() + size);
  } else if (size == 0 || errno != EINTR) {
    worker.pipe.reset();
  }
}

/// Until something is there to read or the next bound is reached.
void Workers::wait() {
  std::vector<pollfd> watched = {{interruptions_.file(), POLLIN, 0}};
  SteadyTime next = SteadyTime::max();
  for (const Worker& it : workers_) {
    watched.push_back({it.pipe.get(), POLLIN, 0});
    next = std::min(next, it.start + work_.bound);
  }
  const auto left =
      std::chrono::ceil<std::chrono::milliseconds>(next - std::chrono::steady_clock::now());
  const auto patience = static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, INT_MAX));
  if (poll(watched.data(), watched.size(), patience) <= 0) return;
  for (std::size_t i = 0; i < workers_.size(); ++i) {
    if (watched[i + 1].revents != 0) receive(workers_[i]);
  }
}

void Workers::end_orphans() {
  std::vector<pid_t> spared = foreign_;
  for (const Worker& it : workers_) spared.push_back(it.pid);
  attach::kill_descendants(spared);
}

/// Those that have sent everything, and those that are over their bound.
void Workers::end_late() {
  const SteadyTime now = std::chrono::steady_clock::now();
  for (auto it = workers_.begin(); it != workers_.end();) {
    const bool is_late = it->pipe.is_open() && now - it->start >= work_.bound;
    if (it->pipe.is_open() && !is_late) {
      ++it;
      continue;
    }
    if (is_late) kill(it->pid, SIGKILL);
    const std::string reason = reason_of(end_of(it->pid));
    JobEnd end{it->job, std::move(it->received), reason, now - it->start};
    if (is_late) end.broken_off = "it did not end within " + seconds(work_.bound);
    ended_.push_back(std::move(end));
    it = workers_.erase(it);
    if (!ended_.back().broken_off.empty()) end_orphans();
  }
}

void Workers::tell_ended() {
  for (const JobEnd& it : std::exchange(ended_, {})) work_.on_end(it);
}

int Workers::run() {
  for (start_more(); !workers_.empty(); start_more()) {
    tell_running();
    wait();
    if (const int signal = interruptions_.take()) return signal;
    end_late();
    tell_ended();
  }
  return 0;
}

}  // namespace

int run_jobs(const Work& work) {
  return Workers(work).run();
}

}  // namespace dfurig::scenario
