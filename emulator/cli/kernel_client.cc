#include "cli/kernel_client.h"

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <vector>

#include "support/input_error.h"

namespace dfurig::cli {
namespace {

/// Where the driver shows itself once it is loaded (Documentation/usb/usbip_protocol.rst).
constexpr const char* vhci_folder = "/sys/devices/platform/vhci_hcd.0";
constexpr const char* instead = "without it: dfurig exec --connect HOST:PORT -- TOOL";

/// The pid of a program that was started; 0 when it could not be.
pid_t start(std::vector<std::string> words) {
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  pid_t child = 0;
  const int error = posix_spawnp(&child, arguments[0], nullptr, nullptr, arguments.data(), environ);
  return error == 0 ? child : 0;
}

bool succeeds(const std::vector<std::string>& words) {
  const pid_t child = start(words);
  int status = 0;
  return child != 0 && waitpid(child, &status, 0) == child && status == 0;
}

}  // namespace

KernelClient::KernelClient(std::string host, std::uint16_t port, Log log)
    : host_(std::move(host)), port_(std::to_string(port)), log_(std::move(log)) {
  if (geteuid() != 0) throw InputError("--attach", "attaching needs root", instead);
  if (!std::filesystem::exists(vhci_folder)) succeeds({"modprobe", "vhci-hcd"});
  if (!std::filesystem::exists(vhci_folder)) {
    throw InputError("--attach", "this kernel has no vhci-hcd (modprobe vhci-hcd failed)", instead);
  }
  if (!succeeds({"usbip", "version"})) {
    throw InputError("--attach", "there is no usbip program: Debian's package is usbip", instead);
  }
}

void KernelClient::follow(const usbip::Exports& exports) {
  reap();
  for (const auto& entry : exports.all()) {
    const std::uint32_t attachment = entry->device->attachment();
    if (attachment == 0 || attachments_[entry->busid] == attachment) continue;
    attachments_[entry->busid] = attachment;
    attach(entry->busid);
  }
}

void KernelClient::attach(const std::string& busid) {
  const pid_t child = start({"usbip", "--tcp-port", port_, "attach", "-r", host_, "-b", busid});
  if (child == 0) return log_(busid + ": usbip attach could not be started");
  children_[child] = busid;
}

void KernelClient::reap() {
  for (auto it = children_.begin(); it != children_.end();) {
    int status = 0;
    if (waitpid(it->first, &status, WNOHANG) == 0) {
      ++it;
      continue;
    }
    log_(it->second + (status == 0 ? ": attached to this machine's kernel"
                                   : ": usbip attach failed (dmesg may say why)"));
    it = children_.erase(it);
  }
}

}  // namespace dfurig::cli
