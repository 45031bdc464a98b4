// The loop that stands between the tool and the kernel while the tool runs.
#pragma once

#include <poll.h>

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <vector>

#include "attach/bus.h"
#include "attach/child.h"
#include "attach/path_calls.h"
#include "attach/run_tool.h"
#include "attach/usbfs_file.h"
#include "attach/virtual_time.h"
#include "attach/virtual_tree.h"

namespace dfurig::attach {

class Supervisor {
 public:
  /// Imports every device of every server and makes the tree that shows them.
  /// `clock` as in ToolCommand.
  Supervisor(const std::vector<usbip::Connector>& servers, ManualClock* clock);
  Supervisor(const Supervisor&) = delete;
  Supervisor& operator=(const Supervisor&) = delete;

  /// Runs the tool to its end.
  ToolResult run(const std::string& program, const ToolCommand& command);

 private:
  using SteadyTime = std::chrono::steady_clock::time_point;

  void open_node(const Call& call, const std::string& path, bool closes_on_exec);
  OpenFile* find_file(const Call& call, int descriptor) const;
  void hand_over(const Call& call, const std::shared_ptr<OpenFile>& file, bool closes_on_exec);
  void refuse_architecture(const Call& call);
  void answer_next_call();
  void open_socket(const Call& call);
  void announce(Bus::Change change, const DeviceFacts& facts);
  void release_closed(const FileIdentity& identity);
  void collect(Descriptor& pipe, std::string& text);
  void take_signals();
  void reap_children();
  /// Waits for something to do and does it.
  void step();
  void pump_buses(std::span<const pollfd> watched);
  void interrupt_waiters();
  Duration time_to_wait() const;
  /// Everything to be watched, in the order in which `step` looks at it.
  std::vector<pollfd> watched() const;

  // When the tool is ended: supervisor_time.cc.
  void set_timeout(std::chrono::milliseconds timeout);
  /// True when the tool's time is up; then it is not to be set free any more.
  bool has_reached_limit() const;
  void look_at_the_machines_clock();

  // Of a virtual time: supervisor_time.cc.
  /// When somebody waits for something that comes by itself, the tool or a device.
  std::optional<Instant> next_instant() const;
  /// Lets time go on if everybody waits. `has_happened`: something came in this step.
  void let_time_pass(bool has_happened);
  bool does_everybody_wait();
  void follow_computing();

  ToolTime time_;
  VirtualTree tree_;
  std::vector<std::unique_ptr<Bus>> buses_;
  std::uint64_t uevent_seqnum_ = 0;
  DescriptorRange reserved_;
  std::map<FileIdentity, std::shared_ptr<OpenFile>> files_;
  NotEmulated not_emulated_;
  std::unique_ptr<Listener> listener_;
  std::unique_ptr<PathCalls> path_calls_;
  std::unique_ptr<VirtualTime> virtual_time_;  ///< null: time is real
  std::vector<pid_t> spared_;                  ///< children this process had before the tool
  Child child_;
  Descriptor signals_;
  std::function<void(std::string_view)> on_output_;
  ToolResult result_;
  SteadyTime next_look_for_signals_{};
  Duration nap_{};  ///< until the next look whether everybody waits
  /// Somebody waits for a time, somebody is busy.
  struct Busy {
    SteadyTime since;
    std::optional<Duration> computed_before{};  ///< by the tool's tree
    Duration followed{};                        ///< of what it has computed since
  };
  std::optional<Busy> busy_;
  std::chrono::milliseconds timeout_{0};
  Instant limit_ = Instant::max();      ///< of the tool's time
  std::optional<SteadyTime> deadline_;  ///< of the machine's; absent: there is no limit
  Instant last_look_{};                 ///< the tool's time then
  bool tool_has_ended_ = false;
};

}  // namespace dfurig::attach
