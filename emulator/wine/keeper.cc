#include "wine/keeper.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>

#include "attach/process_tree.h"
#include "wine/not_here.h"

namespace dfurig::wine {
namespace {

sigset_t stopping_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int it : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) sigaddset(&signals, it);
  return signals;
}

attach::Descriptor open_pidfd(pid_t pid) {
  return attach::Descriptor(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
}

std::vector<char*> pointers_to(const std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  for (const std::string& it : strings) pointers.push_back(const_cast<char*>(it.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

int exit_status(int status) {
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int reap(pid_t pid) {
  int status = 0;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return status;
}

std::string read_all(int descriptor) {
  std::string text;
  std::array<char, 4096> buffer;
  for (ssize_t size = 0; (size = read(descriptor, buffer.data(), buffer.size())) > 0;) {
    text.append(buffer.data(), static_cast<std::size_t>(size));
  }
  return text;
}

}  // namespace

Started Keeper::start(const Strings& arguments, const Strings& environment, Streams streams) const {
  if (streams == Streams::Inherited) return {launch(arguments, environment, {-1, -1, -1}), {}, {}};
  const attach::Descriptor nothing(open("/dev/null", O_RDWR | O_CLOEXEC));
  if (streams == Streams::Silent) return start(arguments, environment, nothing, nothing);
  attach::Pipe input = attach::make_pipe();
  attach::Pipe output = attach::make_pipe();
  const pid_t pid = start(arguments, environment, input.read_end, output.write_end).pid;
  return {pid, std::move(input.write_end), std::move(output.read_end)};
}

Started Keeper::start(const Strings& arguments, const Strings& environment,
                      const attach::Descriptor& input, const attach::Descriptor& output) const {
  const attach::Descriptor nothing(open("/dev/null", O_RDWR | O_CLOEXEC));
  return {launch(arguments, environment, {input.get(), output.get(), nothing.get()}), {}, {}};
}

pid_t Keeper::launch(const Strings& arguments, const Strings& environment,
                     const std::array<int, 3>& streams) const {
  const std::vector<char*> argv = pointers_to(arguments);
  const std::vector<char*> envp = pointers_to(environment);
  const pid_t keeper = getpid();
  const pid_t pid = fork();
  if (pid < 0) throw std::runtime_error("fork: " + std::string(strerror(errno)));
  if (pid == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != keeper) _exit(127);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    for (int stream = 0; stream < 3; ++stream) {
      const int descriptor = streams[static_cast<std::size_t>(stream)];
      if (descriptor >= 0) dup2(descriptor, stream);
    }
    close_range(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC);
    execve(argv[0], argv.data(), envp.data());
    _exit(127);
  }
  return pid;
}

void Keeper::wait_readable(int descriptor) const {
  std::array<pollfd, 2> waits = {{{descriptor, POLLIN, 0}, {stop_.get(), POLLIN, 0}}};
  while (poll(waits.data(), waits.size(), -1) < 0 && errno == EINTR) {
  }
  if (waits[1].revents != 0) throw Stopped{};
}

int Keeper::wait(const Started& process) const {
  const attach::Descriptor end = open_pidfd(process.pid);
  wait_readable(end.get());
  return exit_status(reap(process.pid));
}

void Keeper::wait_for_end(const Started& process, int patience_ms) const {
  const attach::Descriptor end = open_pidfd(process.pid);
  pollfd wait{end.get(), POLLIN, 0};
  if (poll(&wait, 1, patience_ms) <= 0) kill(process.pid, SIGKILL);
  reap(process.pid);
}

std::string Keeper::read_line(const Started& process) const {
  std::string line;
  for (char character = 0;; line += character) {
    wait_readable(process.standard_output.get());
    if (read(process.standard_output.get(), &character, 1) <= 0) return "";
    if (character == '\n') return line;
  }
}

KeeperProcess::KeeperProcess(const std::function<int(Keeper&)>& work) {
  const sigset_t signals = stopping_signals();
  sigprocmask(SIG_BLOCK, &signals, nullptr);
  attach::become_subreaper();
  attach::Pipe stop = attach::make_pipe();
  attach::Pipe report = attach::make_pipe();
  pid_ = fork();
  if (pid_ < 0) throw std::runtime_error("fork: " + std::string(strerror(errno)));
  if (pid_ > 0) {
    stop_ = std::move(stop.write_end);
    report_ = std::move(report.read_end);
    return;
  }
  stop.write_end.reset();
  attach::become_subreaper();
  int result = 0;
  try {
    Keeper keeper(std::move(stop.read_end));
    result = work(keeper);
  } catch (const Stopped&) {  // before anything was begun
  } catch (const std::exception& error) {
    const bool is_not_here = dynamic_cast<const NotHere*>(&error) != nullptr;
    const std::string text = (is_not_here ? "!" : ":") + std::string(error.what());
    const ssize_t told = write(report.write_end.get(), text.data(), text.size());
    static_cast<void>(told);
  }
  attach::kill_descendants({});
  _exit(result);
}

KeeperProcess::~KeeperProcess() {
  if (pid_ > 0) {
    stop_.reset();
    reap(pid_);
    attach::kill_descendants({});
  }
  const sigset_t signals = stopping_signals();
  sigprocmask(SIG_UNBLOCK, &signals, nullptr);
}

void KeeperProcess::leave_signals() const {
  const sigset_t signals = stopping_signals();
  sigprocmask(SIG_UNBLOCK, &signals, nullptr);
}

bool KeeperProcess::has_ended(std::chrono::milliseconds bound) const {
  const attach::Descriptor end = open_pidfd(pid_);
  pollfd wait{end.get(), POLLIN, 0};
  return poll(&wait, 1, static_cast<int>(bound.count())) > 0;
}

int KeeperProcess::wait() {
  const sigset_t signals = stopping_signals();
  const attach::Descriptor signal(signalfd(-1, &signals, SFD_CLOEXEC));
  const attach::Descriptor end = open_pidfd(pid_);
  std::array<pollfd, 2> waits = {{{end.get(), POLLIN, 0}, {signal.get(), POLLIN, 0}}};
  int received = 0;
  while (waits[0].revents == 0) {
    if (poll(waits.data(), waits.size(), -1) < 0) continue;
    signalfd_siginfo facts{};
    if (waits[1].revents == 0 || read(signal.get(), &facts, sizeof facts) != sizeof facts) continue;
    received = static_cast<int>(facts.ssi_signo);
    stop_.reset();
  }
  const int status = finish(reap(std::exchange(pid_, -1)));
  return received != 0 ? 128 + received : status;
}

int KeeperProcess::finish(int status) {
  attach::kill_descendants({});
  if (!WIFEXITED(status)) {
    throw std::runtime_error("the process that kept the Wine session was killed by signal " +
                             std::to_string(WTERMSIG(status)) + "; the session has ended");
  }
  const std::string error = read_all(report_.get());
  if (error.starts_with("!")) throw NotHere(error.substr(1));
  if (!error.empty()) throw std::runtime_error(error.substr(1));
  return WEXITSTATUS(status);
}

}  // namespace dfurig::wine
