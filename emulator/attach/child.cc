#include "attach/child.h"

#include <linux/seccomp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>

#include "attach/filter.h"
#include "attach/process_memory.h"
#include "attach/refusals.h"
#include "support/input_error.h"

#ifndef SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
#define SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV \
  (1UL << 5)  // Linux 5.19; Debian 12's headers have it
#endif

namespace dfurig::attach {
namespace {

/// What the child could not do, told to the parent over the socket.
struct ChildFailure {
  enum Step : int { InstallFilter, ChangeDirectory, Execute } step;
  int error;
};

/// Everything the child needs, made before the fork: between fork and exec only async-signal-safe
/// calls are allowed.
struct Preparation {
  std::vector<sock_filter> filter;
  std::vector<char*> arguments;
  std::string program;
  const char* working_directory = nullptr;
  int socket = -1;
  int output = -1;
  int error = -1;
  pid_t parent = getpid();
};

int install_filter(const std::vector<sock_filter>& filter) {
  const sock_fprog program{static_cast<unsigned short>(filter.size()),
                           const_cast<sock_filter*>(filter.data())};
  return static_cast<int>(
      syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
              SECCOMP_FILTER_FLAG_NEW_LISTENER | SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV, &program));
}

/// Sends one message, with the listener as ancillary data when there is one.
void send_to_parent(int socket, const ChildFailure& failure, int listener) {
  ChildFailure message = failure;
  iovec data{&message, sizeof message};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
  msghdr header{};
  header.msg_iov = &data;
  header.msg_iovlen = 1;
  if (listener >= 0) {
    header.msg_control = control;
    header.msg_controllen = sizeof control;
    cmsghdr* ancillary = CMSG_FIRSTHDR(&header);
    ancillary->cmsg_level = SOL_SOCKET;
    ancillary->cmsg_type = SCM_RIGHTS;
    ancillary->cmsg_len = CMSG_LEN(sizeof(int));
    std::memcpy(CMSG_DATA(ancillary), &listener, sizeof listener);
  }
  sendmsg(socket, &header, MSG_NOSIGNAL);
}

[[noreturn]] void give_up(const Preparation& preparation, ChildFailure::Step step) {
  send_to_parent(preparation.socket, {step, errno}, -1);
  _exit(127);
}

/// Nothing of the tool runs before the parent knows that it can serve it.
void wait_for_parent(int socket) {
  char go_on = 0;
  while (recv(socket, &go_on, 1, 0) < 0 && errno == EINTR) {
  }
}

[[noreturn]] void become_tool(const Preparation& preparation) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != preparation.parent) _exit(127);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  if (preparation.output >= 0) dup2(preparation.output, STDOUT_FILENO);
  if (preparation.error >= 0) dup2(preparation.error, STDERR_FILENO);
  if (preparation.working_directory != nullptr && chdir(preparation.working_directory) != 0) {
    give_up(preparation, ChildFailure::ChangeDirectory);
  }
  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  const int listener = install_filter(preparation.filter);
  if (listener < 0) give_up(preparation, ChildFailure::InstallFilter);
  send_to_parent(preparation.socket, {ChildFailure::InstallFilter, 0}, listener);
  close(listener);
  wait_for_parent(preparation.socket);
  execv(preparation.program.c_str(), preparation.arguments.data());
  give_up(preparation, ChildFailure::Execute);
}

[[noreturn]] void refuse(const ChildFailure& failure, const std::string& program) {
  const std::string reason = std::strerror(failure.error);
  if (failure.step == ChildFailure::ChangeDirectory) {
    throw InputError(program, "cannot start in its working directory: " + reason);
  }
  if (failure.step == ChildFailure::Execute) throw InputError(program, "cannot be run: " + reason);
  throw filter_refusal(failure.error);
}

struct Message {
  ChildFailure failure{};
  int listener = -1;
  bool is_end = false;  ///< the child executed the tool: its end of the socket closed
};

Message receive_from_child(int socket) {
  Message message;
  iovec data{&message.failure, sizeof message.failure};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
  msghdr header{};
  header.msg_iov = &data;
  header.msg_iovlen = 1;
  header.msg_control = control;
  header.msg_controllen = sizeof control;
  ssize_t size = 0;
  do {
    size = recvmsg(socket, &header, MSG_CMSG_CLOEXEC);
  } while (size < 0 && errno == EINTR);
  message.is_end = size <= 0;
  const cmsghdr* ancillary = CMSG_FIRSTHDR(&header);
  if (ancillary != nullptr && ancillary->cmsg_type == SCM_RIGHTS) {
    std::memcpy(&message.listener, CMSG_DATA(ancillary), sizeof message.listener);
  }
  return message;
}

void reap(pid_t pid) {
  while (waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
  }
}

/// The child is still a copy of this process: what is here is there.
void check_memory(pid_t pid) {
  static const int here = 4711;
  if (read_object<int>(pid, reinterpret_cast<std::uint64_t>(&here)) == here) return;
  const int error = errno;
  kill(pid, SIGKILL);
  reap(pid);
  throw memory_refusal(error, read_ptrace_scope());
}

Descriptor take_listener(int socket, pid_t pid, const std::string& program) {
  const Message first = receive_from_child(socket);
  Descriptor listener(first.listener);
  if (listener.is_open()) {
    check_memory(pid);
    send(socket, "", 1, MSG_NOSIGNAL);
  }
  // The second message is the end of the stream: the tool runs.
  const Message second = listener.is_open() ? receive_from_child(socket) : first;
  if (listener.is_open() && second.is_end) return listener;
  listener.reset();
  reap(pid);
  refuse(second.failure, program);
}

}  // namespace

Child start_child(const std::string& program, const ToolCommand& command,
                  const DescriptorRange& reserved) {
  utsname system{};
  uname(&system);
  check_kernel(system.release);
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) {
    throw std::runtime_error("socketpair: " + std::string(strerror(errno)));
  }
  Descriptor ours(ends[0]);
  Descriptor theirs(ends[1]);
  Preparation preparation;
  preparation.filter = make_filter(reserved.first, command.clock != nullptr);
  preparation.program = program;
  preparation.socket = theirs.get();
  for (const std::string& argument : command.arguments) {
    preparation.arguments.push_back(const_cast<char*>(argument.c_str()));
  }
  preparation.arguments.push_back(nullptr);
  if (!command.working_directory.empty()) {
    preparation.working_directory = command.working_directory.c_str();
  }
  Pipe output;
  Pipe error;
  if (command.output == Output::Capture) {
    output = make_pipe();
    error = make_pipe();
    preparation.output = output.write_end.get();
    preparation.error = error.write_end.get();
  }
  const pid_t pid = fork();
  if (pid < 0) throw std::runtime_error("fork: " + std::string(strerror(errno)));
  if (pid == 0) become_tool(preparation);
  theirs.reset();
  Descriptor listener = take_listener(ours.get(), pid, program);
  return {pid, std::move(listener), std::move(output.read_end), std::move(error.read_end)};
}

}  // namespace dfurig::attach
