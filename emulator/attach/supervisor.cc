#include "attach/supervisor.h"

#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <utility>

#include "attach/process_tree.h"

namespace dfurig::attach {
namespace {

DescriptorRange range_of_this_process() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  return reserve_descriptors(limit.rlim_cur);
}

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

Supervisor::Supervisor(const std::vector<usbip::Connector>& servers)
    : reserved_(range_of_this_process()) {
  tree_.add_folder("/sys/bus/usb/devices");
  tree_.add_folder("/sys/bus/usb/drivers");
  tree_.add_folder("/dev/bus/usb");
  for (std::size_t i = 0; i < servers.size(); ++i) {
    import_all(servers[i], static_cast<unsigned>(i) + 1);
  }
  was_unplugged_.resize(devices_.size());
}

void Supervisor::import_all(const usbip::Connector& server, unsigned bus) {
  const std::vector<usbip::DeviceRecord> records = usbip::list_devices(server);
  add_root_hub(tree_, bus, static_cast<unsigned>(std::max<std::size_t>(records.size(), 1)));
  for (std::size_t i = 0; i < records.size(); ++i) {
    const auto port = static_cast<unsigned>(i) + 1;
    devices_.push_back(
        std::make_shared<ImportedDevice>(server, records[i].busid, bus, port + 1, port));
    add_device(tree_, devices_.back()->facts());
  }
}

void Supervisor::open_node(const Call& call, const std::string& path, bool closes_on_exec) {
  const auto minor_number = find_device_minor(path);
  for (const auto& device : devices_) {
    const DeviceFacts& facts = device->facts();
    if (minor_number != device_minor(facts.bus, facts.device) || device->is_gone()) continue;
    return hand_over(call, std::make_shared<UsbfsFile>(*listener_, device, not_emulated_),
                     closes_on_exec);
  }
  // A root hub's node can be opened by who only looks; there is nothing to transfer.
  listener_->reply(call, minor_number ? -EACCES : -ENODEV);
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

void Supervisor::answer_next_call() {
  const std::optional<Call> call = listener_->receive();
  if (!call || path_calls_->answer(*call)) return;
  OpenFile* file = find_file(*call, static_cast<int>(call->arguments[0]));
  file == nullptr ? listener_->proceed(*call) : file->answer(*call);
}

void Supervisor::pump_devices() {
  for (std::size_t i = 0; i < devices_.size(); ++i) {
    if (was_unplugged_[i]) continue;
    devices_[i]->pump();
    was_unplugged_[i] = devices_[i]->is_gone();
    if (was_unplugged_[i]) unplug(*devices_[i]);
  }
}

void Supervisor::unplug(ImportedDevice& device) {
  remove_device(tree_, device.facts());
  for (const auto& [identity, file] : files_) file->notice_unplug();
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

void Supervisor::reap_children() {
  int status = 0;
  if (tool_has_ended_ || waitpid(child_.pid, &status, WNOHANG) != child_.pid) return;
  tool_has_ended_ = true;
  result_.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  result_.exit_status = result_.signal != 0 ? 128 + result_.signal : WEXITSTATUS(status);
}

int Supervisor::time_to_wait(std::optional<SteadyTime> deadline) {
  std::optional<Duration> shortest;
  if (deadline) shortest = *deadline - std::chrono::steady_clock::now();
  for (std::size_t i = 0; i < devices_.size(); ++i) {
    const std::optional<Duration> due =
        was_unplugged_[i] ? std::nullopt : devices_[i]->link().due_in();
    if (due && (!shortest || *due < *shortest)) shortest = due;
  }
  if (!shortest) return -1;
  const auto whole = std::chrono::ceil<std::chrono::milliseconds>(*shortest).count();
  return static_cast<int>(std::clamp<std::int64_t>(whole, 0, INT_MAX));
}

void Supervisor::step(std::optional<SteadyTime> deadline) {
  std::vector<pollfd> watched = {{listener_->descriptor(), POLLIN, 0},
                                 {signals_.get(), POLLIN, 0},
                                 {child_.standard_output.get(), POLLIN, 0},
                                 {child_.standard_error.get(), POLLIN, 0}};
  std::vector<FileIdentity> identities;
  for (const auto& [identity, file] : files_) {
    watched.push_back({file->watched_end(), 0, 0});
    identities.push_back(identity);
  }
  for (std::size_t i = 0; i < devices_.size(); ++i) {
    const int link = was_unplugged_[i] ? -1 : devices_[i]->link().poll_descriptor();
    watched.push_back({link, POLLIN, 0});
  }
  if (poll(watched.data(), watched.size(), time_to_wait(deadline)) < 0) return;
  if ((watched[0].revents & POLLIN) != 0) answer_next_call();
  if (watched[1].revents != 0) take_signals();
  if (watched[2].revents != 0) collect(child_.standard_output, result_.standard_output);
  if (watched[3].revents != 0) collect(child_.standard_error, result_.standard_error);
  for (std::size_t i = 0; i < identities.size(); ++i) {
    if ((watched[4 + i].revents & (POLLHUP | POLLERR)) == 0) continue;
    files_[identities[i]]->release();
    files_.erase(identities[i]);
  }
  pump_devices();
}

ToolResult Supervisor::run(const std::string& program, const ToolCommand& command) {
  const TreeGuard guard(find_children());
  become_subreaper();
  const SignalBlock block;
  signals_ = open_signals();
  on_output_ = command.on_output;
  child_ = start_child(program, command, reserved_);
  listener_ = std::make_unique<Listener>(std::move(child_.listener));
  path_calls_ = std::make_unique<PathCalls>(
      *listener_, tree_,
      [this](const Call& call, const std::string& path, bool closes_on_exec) {
        open_node(call, path, closes_on_exec);
      },
      [this](const Call& call, int descriptor) -> std::optional<std::string> {
        const OpenFile* file = find_file(call, descriptor);
        return file == nullptr ? std::nullopt : file->path();
      });
  std::optional<SteadyTime> deadline;
  if (command.timeout.count() > 0) deadline = std::chrono::steady_clock::now() + command.timeout;
  reap_children();
  while (!tool_has_ended_ && !result_.timed_out) {
    step(deadline);
    result_.timed_out = deadline && std::chrono::steady_clock::now() >= *deadline;
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
