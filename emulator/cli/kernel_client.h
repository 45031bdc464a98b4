// The kernel's own USB/IP client on this machine: attaches what is served, each time it comes back.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include "usbip/exports.h"

namespace dfurig::cli {

/// "modprobe vhci-hcd" and "usbip attach", as a user would type them.
class KernelClient {
 public:
  using Log = std::function<void(const std::string&)>;

  /// Loads vhci-hcd. Throws InputError, with what to do instead, when this machine cannot attach:
  /// not root, no usbip program, a kernel without the module.
  KernelClient(std::string host, std::uint16_t port, Log log);

  /// Starts `usbip attach` for every device that came onto its bus since the last call.
  void follow(const usbip::Exports& exports);

 private:
  void attach(const std::string& busid);
  void reap();

  std::string host_;
  std::string port_;
  Log log_;
  std::map<std::string, std::uint32_t> attachments_;  ///< busid -> the one that was attached
  std::map<pid_t, std::string> children_;             ///< usbip attach -> busid
};

}  // namespace dfurig::cli
