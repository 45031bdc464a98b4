// dfurig-plug.exe HOST:PORT…: plugs the devices of USB/IP servers into this Wine prefix. Says
// "ready" once the keys of all devices that are there are written; unplugs all at the end of its
// standard input.
#include <windows.h>

#include <algorithm>
#include <cstdio>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "usb/descriptors.h"
#include "usbip/client.h"
#include "windows/device_keys.h"
#include "windows/import_signs.h"
#include "windows/server_address.h"

namespace dfurig::windows {
namespace {

constexpr DWORD look_every_ms = 100;

/// A device in DFU mode (DFU 1.1 table 4.4).
bool is_in_dfu_mode(const usbip::DeviceRecord& record) {
  return std::any_of(record.interfaces.begin(), record.interfaces.end(), [](const auto& it) {
    return it == usbip::DeviceRecord::Interface{0xFE, 1, 2};
  });
}

/// Its iSerialNumber; empty when it has none, or one that Windows takes for none.
std::string read_serial(usbip::Client& client) {
  constexpr std::uint16_t us_english = 0x0409;
  const auto device = client.control({0x80, usb::GET_DESCRIPTOR, usb::DEVICE << 8, 0, 18}).data;
  if (device.size() < 18 || device[16] == 0) return "";
  const auto wValue = static_cast<std::uint16_t>(usb::STRING << 8 | device[16]);
  const auto string = client.control({0x80, usb::GET_DESCRIPTOR, wValue, us_english, 255}).data;
  std::string serial;
  for (std::size_t i = 2; i + 1 < string.size(); i += 2) {
    const bool is_fit =
        string[i + 1] == 0 && string[i] > 0x20 && string[i] < 0x7F &&
        std::string(",\\#/").find(static_cast<char>(string[i])) == std::string::npos;
    if (!is_fit) return "";
    serial += static_cast<char>(string[i]);
  }
  return serial;
}

/// One device that is plugged in, from its keys' making to their end.
class Plugged {
 public:
  explicit Plugged(PluggedDevice device)
      : device_(std::move(device)), unplugged_(make_unplug_sign(device_.location)) {
    ResetEvent(unplugged_);
    write_keys(device_);
  }
  ~Plugged() {
    remove_keys(device_);
    CloseHandle(unplugged_);
  }
  Plugged(const Plugged&) = delete;
  Plugged& operator=(const Plugged&) = delete;

  const std::string& instance() const { return device_.instance; }

  /// A look at the list. Windows tells of an unplug a moment after it: programs that wait for it
  /// only once a request has ended rely on that. An importer that ended is listed again a moment
  /// after.
  bool is_there(bool is_listed) {
    constexpr unsigned misses_max = 3;
    if (was_unplugged_) return false;
    was_unplugged_ = WaitForSingleObject(unplugged_, 0) == WAIT_OBJECT_0;
    if (was_unplugged_) return true;
    if (is_listed) was_imported_ = false;
    if (is_listed || ImportMark::is_set(device_.location)) {
      was_imported_ = was_imported_ || !is_listed;
      misses_ = 0;
      return true;
    }
    return was_imported_ && ++misses_ < misses_max;
  }

 private:
  PluggedDevice device_;
  HANDLE unplugged_;
  bool was_unplugged_ = false;
  bool was_imported_ = false;
  unsigned misses_ = 0;
};

/// The devices of all servers.
class Plugs {
 public:
  explicit Plugs(std::vector<std::string> servers) : servers_(std::move(servers)) {}

  void look() {
    for (const std::string& server : servers_) {
      const std::vector<usbip::DeviceRecord> listed = list(server);
      std::erase_if(plugged_, [&](const auto& it) {
        return it.first.first == server && !is_there(it.first.second, *it.second, listed);
      });
      for (const usbip::DeviceRecord& record : listed) {
        if (is_in_dfu_mode(record) && !plugged_.contains({server, record.busid})) {
          plug(server, record);
        }
      }
    }
  }

 private:
  static std::vector<usbip::DeviceRecord> list(const std::string& server) {
    try {
      return usbip::list_devices(connector_to(server));
    } catch (const std::exception&) {
      return {};  // a server that went took its devices along
    }
  }

  static bool is_there(const std::string& busid, Plugged& plugged,
                       const std::vector<usbip::DeviceRecord>& listed) {
    return plugged.is_there(std::any_of(listed.begin(), listed.end(),
                                        [&](const auto& it) { return it.busid == busid; }));
  }

  bool is_taken(const std::string& instance) const {
    return std::any_of(plugged_.begin(), plugged_.end(),
                       [&](const auto& it) { return it.second->instance() == instance; });
  }

  void plug(const std::string& server, const usbip::DeviceRecord& record) {
    PluggedDevice device{
        {server, record.busid}, record.idVendor, record.idProduct, record.bcdDevice, ""};
    try {
      usbip::Client client(connector_to(server), record.busid);
      device.instance = read_serial(client);
    } catch (const std::exception&) {
      return;  // somebody was faster, or it went again
    }
    if (device.instance.empty() || is_taken(device.instance)) {
      device.instance = "5&dfurig&" + std::to_string(number_of(server)) + "&" + record.busid;
    }
    plugged_[{server, record.busid}] = std::make_unique<Plugged>(device);
  }

  std::size_t number_of(const std::string& server) const {
    return static_cast<std::size_t>(std::find(servers_.begin(), servers_.end(), server) -
                                    servers_.begin());
  }

  std::vector<std::string> servers_;
  std::map<std::pair<std::string, std::string>, std::unique_ptr<Plugged>> plugged_;
};

/// Signals the event at the end of standard input.
DWORD WINAPI wait_for_end(void* event) {
  char byte = 0;
  DWORD size = 0;
  while (ReadFile(GetStdHandle(STD_INPUT_HANDLE), &byte, 1, &size, nullptr) && size != 0) {
  }
  SetEvent(event);
  return 0;
}

int run(const std::vector<std::string>& servers) {
  const HANDLE end = CreateEventA(nullptr, TRUE, FALSE, nullptr);
  Plugs plugs(servers);
  plugs.look();
  std::puts("ready");
  std::fflush(stdout);
  CloseHandle(CreateThread(nullptr, 0, wait_for_end, end, 0, nullptr));
  while (WaitForSingleObject(end, look_every_ms) == WAIT_TIMEOUT) plugs.look();
  return 0;
}

}  // namespace
}  // namespace dfurig::windows

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fputs("usage: dfurig-plug HOST:PORT...\n", stderr);
    return 2;
  }
  return dfurig::windows::run(std::vector<std::string>(argv + 1, argv + argc));
}
