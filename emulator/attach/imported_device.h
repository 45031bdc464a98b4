// One device imported for the tool: enumerated as the kernel would, then shared by its open nodes.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "attach/device_facts.h"
#include "attach/interface_claims.h"
#include "attach/tool_time.h"
#include "usbip/client.h"

namespace dfurig::attach {

class ImportedDevice {
 public:
  /// Called at the end of a transfer.
  using Done = std::function<void(const usbip::Completion&)>;
  /// Called at the end of a bus reset; false: the device has gone, or is another one now.
  using ResetDone = std::function<void(bool is_same)>;

  /// Imports and enumerates. `time` must outlive it.
  ImportedDevice(const usbip::Connector& server, const std::string& busid, ToolTime& time);

  const std::string& busid() const { return busid_; }
  const DeviceFacts& facts() const { return facts_; }
  InterfaceClaims& claims() { return claims_; }
  /// Where the tool sees it.
  void place(unsigned bus, unsigned device, unsigned port, std::uint64_t now_usec);
  /// Becomes readable when there is something to `pump`; -1: ask `due_in`.
  int poll_descriptor() const { return client_->link().poll_descriptor(); }
  std::optional<Duration> due_in() const;
  /// True once the server has closed the connection: the device was unplugged.
  bool is_gone() const { return client_ == nullptr; }

  /// Starts a transfer; `done` is called from `pump`, never from here. Not for a device that has
  /// gone. After `timeout` (0: never) it is cancelled and ends as one that was unlinked.
  std::uint32_t submit(const usbip::Transfer& transfer, Done done,
                       std::chrono::milliseconds timeout = {});
  void unlink(std::uint32_t seqnum);
  /// Resets the port and restores the device's configuration and alternate settings.
  void reset(const ResetDone& done);
  /// An alternate setting that was selected, for the next reset.
  void remember_setting(unsigned interface, unsigned alternate);
  /// Calls what has completed. When the device goes, every open transfer ends with -ESHUTDOWN.
  void pump();
  /// Waits up to `patience` for a transfer to complete. A device that goes is left to `pump`.
  void pump_within(Duration patience);
  /// Gives the device back: it has gone for the tool.
  void disconnect();

 private:
  struct Open {
    Done done;
    std::optional<Instant> deadline;
  };
  struct ResetStep;

  Bytes get_configuration(std::uint8_t index);
  Bytes get_descriptor(std::uint8_t type, std::uint8_t index, std::uint16_t wLength);
  std::string get_string(std::uint8_t index);
  void enumerate();
  void end_completed();
  void cancel_late();
  std::vector<ResetStep> reset_steps() const;
  void run_reset(const std::shared_ptr<const std::vector<ResetStep>>& steps, std::size_t at,
                 const ResetDone& done);

  std::string busid_;
  ToolTime& time_;
  std::unique_ptr<usbip::Client> client_;  ///< null once the device has gone
  DeviceFacts facts_;
  InterfaceClaims claims_;
  std::map<unsigned, unsigned> alternates_;  ///< selected, by interface
  std::map<std::uint32_t, Open> open_;
};

/// A request to an interface claims it for who has not done so (usbfs, check_ctrlrecip): 0, or why
/// not.
Result claim_recipient(ImportedDevice& device, const usb::SetupPacket& setup,
                       InterfaceClaims::Owner owner);

}  // namespace dfurig::attach
