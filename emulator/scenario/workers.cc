#include "scenario/workers.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
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
  /// One is often followed by more: timeout(1) sends two, an impatient person Ctrl-C again. What is
  /// known can be told only if they do not end us now.
  ~Interruptions() {
    while (was_interrupted_ && take() != 0) {
    }
    restore();
  }
  Interruptions(const Interruptions&) = delete;
  Interruptions& operator=(const Interruptions&) = delete;

  int file() const { return file_.get(); }
  void restore() const { sigprocmask(SIG_SETMASK, &before_, nullptr); }
  /// 0: none has come.
  int take() {
    signalfd_siginfo info{};
    if (read(file_.get(), &info, sizeof info) != static_cast<ssize_t>(sizeof info)) return 0;
    was_interrupted_ = true;
    return static_cast<int>(info.ssi_signo);
  }

 private:
  sigset_t before_{};
  attach::Descriptor file_;
  bool was_interrupted_ = false;
};

/// What goes to a worker is a job's number, what comes back its result behind its length: one
/// machine, one program, so numbers are as they lie in memory.
using Number = std::uint64_t;

struct Worker {
  pid_t pid = 0;
  attach::Descriptor socket;  ///< closed: the process has ended
  std::size_t job = 0;
  SteadyTime start{};  ///< of the job
  Bytes received;

  bool has_whole_result() const {
    Number size = 0;
    if (received.size() < sizeof size) return false;
    std::memcpy(&size, received.data(), sizeof size);
    return received.size() - sizeof size >= size;
  }
};

/// What the process's end says of the job it had.
std::string reason_of(int status) {
  if (!WIFSIGNALED(status)) {
    return "its process ended with exit status " + std::to_string(WEXITSTATUS(status));
  }
  const int signal = WTERMSIG(status);
  return "its process was ended by signal " + std::to_string(signal) + " (" + strsignal(signal) +
         ")";
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

/// In a worker: without the parent there is nothing to do.
void write_all(int file, ByteView bytes) {
  while (!bytes.empty()) {
    const ssize_t size = send(file, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (size < 0 && errno != EINTR) _exit(EXIT_FAILURE);
    if (size > 0) bytes = bytes.subspan(static_cast<std::size_t>(size));
  }
}

template <typename Value>
ByteView bytes_of(const Value& value) {
  return {reinterpret_cast<const std::uint8_t*>(&value), sizeof value};
}

/// In a worker: the next job; ends the process when there is no parent to name one.
std::size_t receive_job(int file) {
  Number job = 0;
  ssize_t size = 0;
  do {
    size = recv(file, &job, sizeof job, MSG_WAITALL);
  } while (size < 0 && errno == EINTR);
  if (size != sizeof job) _exit(EXIT_FAILURE);
  return job;
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
  [[noreturn]] void become_worker(int socket, pid_t parent) const noexcept;
  void start_worker();
  void hand_out(Worker& worker);
  void start_more();
  void tell_running();
  void wait();
  void receive(Worker& worker);
  bool has_ended(Worker& worker);
  void take_results();
  void tell_ended();
  void end_orphans();

  const Work& work_;
  const std::vector<pid_t> foreign_;  ///< children this process had before
  Interruptions interruptions_;
  std::size_t started_ = 0;
  std::vector<Worker> workers_;
  std::vector<std::size_t> running_;  ///< as was told last
  std::vector<JobEnd> ended_;
};

/// Takes one job after the other. A process group of its own: Ctrl-C at the terminal reaches us
/// alone, and we end all. No terminal to read from: a tool that asks gets the end of the file,
/// whether others run beside it or not.
void Workers::become_worker(int socket, pid_t parent) const noexcept {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(EXIT_FAILURE);
  setpgid(0, 0);
  interruptions_.restore();
  const int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (nothing >= 0) dup2(nothing, STDIN_FILENO);
  while (true) {
    const Bytes result = work_.run(receive_job(socket));
    write_all(socket, bytes_of(Number{result.size()}));
    write_all(socket, result);
  }
}

void Workers::start_worker() {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
    throw std::runtime_error("socketpair: " + std::string(std::strerror(errno)));
  }
  attach::Descriptor ours(ends[0]);
  const attach::Descriptor theirs(ends[1]);
  const pid_t parent = getpid();
  const pid_t pid = fork();
  if (pid < 0) throw std::runtime_error("fork: " + std::string(std::strerror(errno)));
  if (pid == 0) become_worker(theirs.get(), parent);
  workers_.push_back({pid, std::move(ours), 0, {}, {}});
}

/// A worker that has ended by now is seen when its answer is read.
void Workers::hand_out(Worker& worker) {
  worker.job = work_.order[started_++];
  worker.start = std::chrono::steady_clock::now();
  worker.received.clear();
  const Number job = worker.job;
  send(worker.socket.get(), &job, sizeof job, MSG_NOSIGNAL);
}

void Workers::start_more() {
  while (workers_.size() < work_.at_once && started_ < work_.order.size()) {
    start_worker();
    hand_out(workers_.back());
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
  const ssize_t size = read(worker.socket.get(), buffer.data(), buffer.size());
  if (size > 0) {
    worker.received.insert(worker.received.end(), buffer.begin(), buffer.begin() + size);
  } else if (size == 0 || errno != EINTR) {
    worker.socket.reset();
  }
}

/// Until something is there to read or the next bound is reached.
void Workers::wait() {
  std::vector<pollfd> watched = {{interruptions_.file(), POLLIN, 0}};
  SteadyTime next = SteadyTime::max();
  for (const Worker& it : workers_) {
    watched.push_back({it.socket.get(), POLLIN, 0});
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

/// True when the worker is gone, or is of no more use and made to go.
bool Workers::has_ended(Worker& worker) {
  const Duration taken = std::chrono::steady_clock::now() - worker.start;
  const bool is_whole = worker.has_whole_result();
  const bool is_late = worker.socket.is_open() && taken >= work_.bound;
  if (is_whole) {
    worker.received.erase(worker.received.begin(), worker.received.begin() + sizeof(Number));
    ended_.push_back({worker.job, std::move(worker.received), "", taken});
    if (started_ < work_.order.size()) {
      hand_out(worker);
      return false;
    }
  }
  if (worker.socket.is_open() && !is_whole && !is_late) return false;
  if (worker.socket.is_open()) kill(worker.pid, SIGKILL);
  const std::string reason = reason_of(end_of(worker.pid));
  if (is_whole) return true;
  ended_.push_back(
      {worker.job, {}, is_late ? "it did not end within " + seconds(work_.bound) : reason, taken});
  return true;
}

void Workers::take_results() {
  const std::size_t before = workers_.size();
  std::erase_if(workers_, [this](Worker& worker) { return has_ended(worker); });
  if (workers_.size() != before) end_orphans();
}

void Workers::tell_ended() {
  for (const JobEnd& it : std::exchange(ended_, {})) work_.on_end(it);
}

int Workers::run() {
  for (start_more(); !workers_.empty(); start_more()) {
    tell_running();
    wait();
    if (const int signal = interruptions_.take()) return signal;
    take_results();
    tell_ended();
  }
  return 0;
}

}  // namespace

int run_jobs(const Work& work) {
  return Workers(work).run();
}

}  // namespace dfurig::scenario
