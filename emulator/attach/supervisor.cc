#include "attach/supervisor.h"

#include <linux/audit.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <utility>

#include "attach/device_files.h"
#include "attach/process_status.h"
#include "attach/process_tree.h"
#include "attach/uevent_socket.h"

namespace dfurig::attach {
namespace {

DescriptorRange range_of_this_process() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  return reserve_descriptors(limit.rlim_cur);
}

/// How soon a signal ends a call that waits.
constexpr std::chrono::milliseconds look_for_signals_every{10};
constexpr Duration for_ever = Duration::max();

sigset_t handled_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGCHLD, SIGINT, SIGTERM, SIGHUP}) sigaddset(&signals, signal);
  return signals;
}

/// Signals arrive as reads while this lives; afterwards as they did before.
class SignalBlock {
 public:
  SignalBlock() {
    const sigset_t signals = handled_signals();
    sigprocmask(SIG_BLOCK, &signals, &before_);
  }
  ~SignalBlock() { sigprocmask(SIG_SETMASK, &before_, nullptr); }
  SignalBlock(const SignalBlock&) = delete;
  SignalBlock& operator=(const SignalBlock&) = delete;

 private:
  sigset_t before_{};
};

/// What the tool no longer reads is an error to be seen, not a signal that ends the supervisor. The
/// tool was started before, with the disposition it inherits.
class SigpipeIgnored {
 public:
  SigpipeIgnored() {
    struct sigaction ignore {};
    ignore.sa_handler = SIG_IGN;
    sigaction(SIGPIPE, &ignore, &before_);
  }
  ~SigpipeIgnored() { sigaction(SIGPIPE, &before_, nullptr); }
  SigpipeIgnored(const SigpipeIgnored&) = delete;
  SigpipeIgnored& operator=(const SigpipeIgnored&) = delete;

 private:
  struct sigaction before_ {};
};

/// Whatever ends a run, an exception too, no process of it survives.
class TreeGuard {
 public:
  explicit TreeGuard(std::vector<pid_t> spared) : spared_(std::move(spared)) {}
  ~TreeGuard() { end_tree(); }
  TreeGuard(const TreeGuard&) = delete;
  TreeGuard& operator=(const TreeGuard&) = delete;
  void end_tree() const { kill_descendants(spared_); }

 private:
  std::vector<pid_t> spared_;
};

Descriptor open_signals() {
  const sigset_t signals = handled_signals();
  return Descriptor(signalfd(-1, &signals, SFD_NONBLOCK | SFD_CLOEXEC));
}

}  // namespace

Supervisor::Supervisor(const std::vector<usbip::Connector>& servers, ManualClock* clock)
    : time_(clock), reserved_(range_of_this_process()) {
  add_usb_subsystem(tree_);
  for (const usbip::Connector& server : servers) {
    buses_.push_back(std::make_unique<Bus>(
        server, static_cast<unsigned>(buses_.size()) + 1, tree_, time_,
        [this](Bus::Change change, const DeviceFacts& facts) { announce(change, facts); }));
  }
}

void Supervisor::announce(Bus::Change change, const DeviceFacts& facts) {
  const bool is_plugged = change == Bus::Change::Plugged;
  for (Uevent& event : is_plugged ? plug_events(facts) : unplug_events(facts)) {
    event.seqnum = ++uevent_seqnum_;
    for (const auto& [identity, file] : files_) file->notice(event);
  }
}

void Supervisor::open_node(const Call& call, const std::string& path, bool closes_on_exec) {
  const auto minor_number = find_device_minor(path);
  if (!minor_number) return listener_->reply(call, -ENODEV);
  for (const auto& bus : buses_) {
    const auto device = bus->find(*minor_number);
    if (device == nullptr) continue;
    return hand_over(call, std::make_shared<UsbfsFile>(*listener_, device, not_emulated_),
                     closes_on_exec);
  }
  // A root hub's node can be opened by who only looks; there is nothing to transfer.
  listener_->reply(call, -EACCES);
}

void Supervisor::open_socket(const Call& call) {
  const auto type = static_cast<int>(call.arguments[1]);
  const int kind = type & ~(SOCK_CLOEXEC | SOCK_NONBLOCK);
  if (kind != SOCK_RAW && kind != SOCK_DGRAM) return listener_->reply(call, -ESOCKTNOSUPPORT);
  hand_over(call, std::make_shared<UeventSocket>(*listener_, type), (type & SOCK_CLOEXEC) != 0);
}

/// Gives the tool the file as the result of the call.
void Supervisor::hand_over(const Call& call, const std::shared_ptr<OpenFile>& file,
                           bool closes_on_exec) {
  files_[file->identity()] = file;
  const std::optional<unsigned> number = find_free_descriptor(reserved_, call.pid);
  if (number) {
    listener_->inject_at(call, file->tool_end(), *number, closes_on_exec);
  } else {
    listener_->inject(call, file->tool_end(), closes_on_exec);
  }
  file->drop_tool_end();
}

/// Null: the descriptor is none of ours.
OpenFile* Supervisor::find_file(const Call& call, int descriptor) const {
  const std::optional<FileIdentity> identity = identify(call.pid, descriptor);
  const auto found = identity ? files_.find(*identity) : files_.end();
  return found == files_.end() || !listener_->is_alive(call) ? nullptr : found->second.get();
}

/// Let through it would see the machine's own USB devices, and write to them.
void Supervisor::refuse_architecture(const Call& call) {
  const std::string link = "/proc/" + std::to_string(call.pid) + "/exe";
  std::error_code ignored;
  const std::string program = std::filesystem::read_symlink(link, ignored).string();
  not_emulated_.insert(program + ": it was ended; only x86_64 programs can be run");
  kill(process_of(call.pid), SIGKILL);
}

void Supervisor::answer_next_call() {
  const std::optional<Call> call = listener_->receive();
  if (!call) return;
  if (has_reached_limit()) {
    result_.timed_out = true;
    return;
  }
  if (call->architecture != AUDIT_ARCH_X86_64) return refuse_architecture(*call);
  if (virtual_time_ && virtual_time_->answer(*call)) return;
  if (path_calls_->answer(*call)) return;
  if (call->number == SYS_socket) return open_socket(*call);
  OpenFile* file = find_file(*call, static_cast<int>(call->arguments[0]));
  file == nullptr ? listener_->proceed(*call) : file->answer(*call);
}

/// What the tool wrote; the pipe closes itself at the end of the stream.
void Supervisor::collect(Descriptor& pipe, std::string& text) {
  std::array<char, 16384> buffer;
  const ssize_t size = read(pipe.get(), buffer.data(), buffer.size());
  if (size <= 0) {
    if (size == 0 || errno != EINTR) pipe.reset();
    return;
  }
  const std::string_view piece(buffer.data(), static_cast<std::size_t>(size));
  text += piece;
  if (on_output_) on_output_(piece);
}

/// The terminal sends Ctrl-C to the tool as well; a signal sent to us alone is passed on.
void Supervisor::take_signals() {
  signalfd_siginfo info{};
  while (read(signals_.get(), &info, sizeof info) == static_cast<ssize_t>(sizeof info)) {
    const bool is_from_process = info.ssi_code <= 0;
    if (info.ssi_signo != SIGCHLD && is_from_process) {
      kill(child_.pid, static_cast<int>(info.ssi_signo));
    }
  }
  reap_children();
}

/// The tool, and orphans of its that have become our children.
void Supervisor::reap_children() {
  int status = 0;
  if (!tool_has_ended_ && waitpid(child_.pid, &status, WNOHANG) == child_.pid) {
    tool_has_ended_ = true;
    result_.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    result_.exit_status = result_.signal != 0 ? 128 + result_.signal : WEXITSTATUS(status);
  }
  while (const pid_t orphan = find_ended_child(spared_)) {
    if (orphan == child_.pid) return;  // ended since
    waitpid(orphan, nullptr, 0);
  }
}

Duration Supervisor::time_to_wait() const {
  Duration shortest = for_ever;
  const auto consider = [&](Duration due) { shortest = std::clamp(due, Duration{0}, shortest); };
  if (deadline_) consider(*deadline_ - std::chrono::steady_clock::now());
  for (const auto& bus : buses_) {
    const std::optional<Duration> due = bus->due_in();
    // A time to come is no time to wait where time is virtual.
    if (due && (!time_.is_virtual() || *due <= Duration{0})) consider(*due);
  }
  for (const auto& [identity, file] : files_) {
    if (file->has_waiters()) consider(look_for_signals_every);
  }
  if (virtual_time_ && next_instant()) consider(nap_);
  return shortest;
}

void Supervisor::release_closed(const FileIdentity& identity) {
  files_[identity]->release();
  files_.erase(identity);
}

std::vector<pollfd> Supervisor::watched() const {
  std::vector<pollfd> watched = {{listener_->descriptor(), POLLIN, 0},
                                 {signals_.get(), POLLIN, 0},
                                 {child_.standard_output.get(), POLLIN, 0},
                                 {child_.standard_error.get(), POLLIN, 0}};
  for (const auto& [identity, file] : files_) watched.push_back({file->watched_end(), 0, 0});
  for (const auto& bus : buses_) {
    for (const int descriptor : bus->descriptors()) watched.push_back({descriptor, POLLIN, 0});
  }
  if (virtual_time_) virtual_time_->add_watched(watched);
  return watched;
}

void Supervisor::step() {
  std::vector<pollfd> watched = this->watched();
  std::vector<FileIdentity> identities;
  for (const auto& [identity, file] : files_) identities.push_back(identity);
  const Duration wait = time_to_wait();
  const timespec limit = timespec_of(wait);
  const int count =
      ppoll(watched.data(), watched.size(), wait == for_ever ? nullptr : &limit, nullptr);
  if (count < 0) return;
  if ((watched[0].revents & POLLIN) != 0) answer_next_call();
  if (watched[1].revents != 0) take_signals();
  if (watched[2].revents != 0) collect(child_.standard_output, result_.standard_output);
  if (watched[3].revents != 0) collect(child_.standard_error, result_.standard_error);
  for (std::size_t i = 0; i < identities.size(); ++i) {
    if ((watched[4 + i].revents & (POLLHUP | POLLERR)) != 0) release_closed(identities[i]);
  }
  pump_buses(std::span(watched).subspan(4 + identities.size()));
  interrupt_waiters();
  if (virtual_time_ && !result_.timed_out) let_time_pass(count > 0);
}

/// Looking at a connection costs a system call: only where something has come.
void Supervisor::pump_buses(std::span<const pollfd> watched) {
  for (const auto& bus : buses_) {
    const std::size_t count = bus->descriptors().size();
    const auto own = watched.first(std::min(count, watched.size()));
    watched = watched.subspan(own.size());
    const bool has_come =
        std::any_of(own.begin(), own.end(), [](const pollfd& it) { return it.revents != 0; });
    if (has_come || bus->due_in().value_or(Duration{1}) <= Duration{0}) bus->pump();
  }
}

/// Looking costs more than most calls do: not at every step.
void Supervisor::interrupt_waiters() {
  const SteadyTime now = std::chrono::steady_clock::now();
  if (now < next_look_for_signals_) return;
  next_look_for_signals_ = now + look_for_signals_every;
  for (const auto& [identity, file] : files_) file->interrupt_waiters();
}

ToolResult Supervisor::run(const std::string& program, const ToolCommand& command) {
  spared_ = find_children();
  const TreeGuard guard(spared_);
  become_subreaper();
  const SignalBlock block;
  signals_ = open_signals();
  on_output_ = command.on_output;
  child_ = start_child(program, command, reserved_);
  const SigpipeIgnored no_sigpipe;
  listener_ = std::make_unique<Listener>(std::move(child_.listener));
  path_calls_ = std::make_unique<PathCalls>(
      *listener_, tree_, not_emulated_,
      [this](const Call& call, const std::string& path, bool closes_on_exec) {
        open_node(call, path, closes_on_exec);
      },
      [this](const Call& call, int descriptor) -> std::optional<std::string> {
        const OpenFile* file = find_file(call, descriptor);
        return file == nullptr ? std::nullopt : file->path();
      });
  if (time_.is_virtual()) {
    virtual_time_ =
        std::make_unique<VirtualTime>(*listener_, below(reserved_), time_, not_emulated_);
  }
  set_timeout(command.timeout);
  reap_children();
  while (!tool_has_ended_ && !result_.timed_out) {
    step();
    look_at_the_machines_clock();
  }
  result_.timed_out = result_.timed_out && !tool_has_ended_;
  if (!tool_has_ended_) kill(child_.pid, SIGKILL);
  while (!tool_has_ended_) reap_children();
  guard.end_tree();
  while (child_.standard_output.is_open()) collect(child_.standard_output, result_.standard_output);
  while (child_.standard_error.is_open()) collect(child_.standard_error, result_.standard_error);
  result_.not_emulated.assign(not_emulated_.begin(), not_emulated_.end());
  return std::exchange(result_, {});
}

}  // namespace dfurig::attach
