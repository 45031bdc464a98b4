// One imported device, shared by all handles of this process that are open on it.
#pragma once

#include <windows.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "usb/setup_packet.h"
#include "usbip/client.h"
#include "windows/device_keys.h"
#include "windows/import_signs.h"

namespace dfurig::windows {

using Timeout = std::optional<std::chrono::milliseconds>;  ///< absent: none

struct TransferResult {
  enum class End { Done, Refused, TimedOut, Gone } end = End::Gone;  ///< Refused: a URB error
  std::size_t length = 0;                                            ///< sent or received
  Bytes data;                                                        ///< IN only
  bool is_done() const { return end == End::Done; }
};

class SharedImport : public std::enable_shared_from_this<SharedImport> {
 public:
  /// Imports the device, configures it and reads its descriptors. Throws usbip::ConnectError or
  /// usbip::ProtocolFailure.
  static std::shared_ptr<SharedImport> make(const Location& location);
  explicit SharedImport(const Location& location);

  const Bytes& device_descriptor() const { return device_descriptor_; }
  /// Every configuration as a whole.
  const std::vector<Bytes>& configurations() const { return configurations_; }

  /// True once the device went. It stays so: a device that comes again is another import.
  bool is_gone() const;
  /// Signals `event`, which becomes this object's, when the device goes.
  void signal_when_gone(HANDLE event);

  TransferResult control(const usb::SetupPacket& setup, ByteView data, Timeout timeout);
  TransferResult transfer(const usbip::Transfer& transfer, Timeout timeout);
  /// Cancels the transfers of an endpoint that are under way.
  void cancel(std::uint8_t bEndpointAddress);
  bool set_configuration(std::uint8_t bConfigurationValue);
  /// Resets the device's port; the configuration is restored.
  bool reset();

 private:
  struct OpenTransfer {
    std::uint8_t bEndpointAddress = 0;
    std::optional<usbip::Completion> completion;
  };

  void read_descriptors();
  /// Receives until the device goes.
  void run();
  void end();

  Location location_;
  std::unique_ptr<ImportMark> mark_;  // before client_: a mark comes first
  usbip::Client client_;
  Bytes device_descriptor_;
  std::vector<Bytes> configurations_;
  std::atomic<std::uint8_t> bConfigurationValue_ = 0;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::uint32_t, OpenTransfer> open_;
  std::vector<HANDLE> unplug_events_;
  bool is_gone_ = false;
};

/// The import of a link, kept until its device goes or the process ends: that a program closed its
/// handles is no unplug. Throws as SharedImport does; null: there is no such device.
std::shared_ptr<SharedImport> find_import(const std::string& link);

}  // namespace dfurig::windows
