#include "windows/device_keys.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdio>

namespace dfurig::windows {
namespace {

const std::string control_set = "System\\CurrentControlSet\\";
const std::string class_text = "{3fe809ab-fb91-4cb5-a643-69670d52366e}";
const std::string interfaces_key = control_set + "Control\\DeviceClasses\\" + class_text;
const std::string link_prefix = "\\\\?\\";
/// The setup class of USB devices (Microsoft: System-Defined Device Setup Classes).
const char* const setup_class = "{36fc9e60-c465-11cf-8056-444553540000}";

std::string formatted(const char* format, unsigned first, unsigned second, unsigned third = 0) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), format, first, second, third);
  return text.data();
}

/// "USB\VID_0483&PID_DF11\206E30975034"
std::string instance_path(const PluggedDevice& device) {
  return formatted("USB\\VID_%04X&PID_%04X\\", device.idVendor, device.idProduct) + device.instance;
}

std::string replaced(std::string text, char from, char to) {
  std::replace(text.begin(), text.end(), from, to);
  return text;
}

/// A key that is open as long as this.
class Key {
 public:
  explicit Key(HKEY key = nullptr) : key_(key) {}
  ~Key() {
    if (key_ != nullptr) RegCloseKey(key_);
  }
  Key(const Key&) = delete;
  Key& operator=(const Key&) = delete;

  static HKEY made(const std::string& path) {
    HKEY key = nullptr;
    RegCreateKeyExA(HKEY_LOCAL_MACHINE, path.c_str(), 0, nullptr, REG_OPTION_VOLATILE,
                    KEY_ALL_ACCESS, nullptr, &key, nullptr);
    return key;
  }
  static HKEY opened(const std::string& path) {
    HKEY key = nullptr;
    RegOpenKeyExA(HKEY_LOCAL_MACHINE, path.c_str(), 0, KEY_READ, &key);
    return key;
  }

  void set(const char* name, const std::string& text, DWORD type = REG_SZ) const {
    RegSetValueExA(key_, name, 0, type, reinterpret_cast<const BYTE*>(text.c_str()),
                   static_cast<DWORD>(text.size() + 1));
  }
  void set(const char* name, DWORD value) const {
    RegSetValueExA(key_, name, 0, REG_DWORD, reinterpret_cast<const BYTE*>(&value), sizeof value);
  }
  std::string text(const char* name) const {
    std::array<char, 512> text{};
    DWORD size = text.size();
    const LSTATUS status =
        RegGetValueA(key_, nullptr, name, RRF_RT_REG_SZ, nullptr, text.data(), &size);
    return status == ERROR_SUCCESS ? std::string(text.data()) : std::string();
  }
  DWORD number(const char* name) const {
    DWORD value = 0;
    DWORD size = sizeof value;
    RegGetValueA(key_, nullptr, name, RRF_RT_REG_DWORD, nullptr, &value, &size);
    return value;
  }
  std::string subkey(DWORD index) const {
    std::array<char, 256> name{};
    DWORD size = name.size();
    const LSTATUS status =
        RegEnumKeyExA(key_, index, name.data(), &size, nullptr, nullptr, nullptr, nullptr);
    return status == ERROR_SUCCESS ? std::string(name.data()) : std::string();
  }

 private:
  HKEY key_;
};

std::string enum_key(const PluggedDevice& device) {
  return control_set + "Enum\\" + instance_path(device);
}

std::string interface_key(const PluggedDevice& device) {
  return interfaces_key + "\\##?#" + replaced(instance_path(device), '\\', '#') + "#" + class_text;
}

}  // namespace

std::string link_of(const PluggedDevice& device) {
  std::string link = link_prefix + replaced(instance_path(device), '\\', '#') + "#" + class_text;
  // As setupapi gives links out: Wine's writes them so.
  std::transform(link.begin(), link.end(), link.begin(),
                 [](unsigned char it) { return static_cast<char>(std::tolower(it)); });
  return link;
}

void write_keys(const PluggedDevice& device) {
  const Key instance(Key::made(enum_key(device)));
  instance.set("ClassGUID", setup_class);
  instance.set("Class", "USB");
  instance.set("DeviceDesc", "STM Device in DFU Mode");
  instance.set("Mfg", "STMicroelectronics");
  instance.set("Service", "STTub30");
  const std::string hardware = formatted("USB\\VID_%04X&PID_%04X&REV_%04X", device.idVendor,
                                         device.idProduct, device.bcdDevice);
  instance.set("HardwareID", hardware + '\0', REG_MULTI_SZ);
  const Key parameters(Key::made(enum_key(device) + "\\Device Parameters"));
  parameters.set("UsbipServer", device.location.server);
  parameters.set("UsbipBusid", device.location.busid);
  const Key interface_of_device(Key::made(interface_key(device)));
  interface_of_device.set("DeviceInstance", instance_path(device));
  const Key reference(Key::made(interface_key(device) + "\\#"));
  reference.set("SymbolicLink", link_of(device));
  const Key control(Key::made(interface_key(device) + "\\#\\Control"));
  LARGE_INTEGER now;
  QueryPerformanceCounter(&now);
  control.set("Presence", now.LowPart);
  // Last: from here on it is there.
  control.set("Linked", 1);
}

void remove_keys(const PluggedDevice& device) {
  {
    const Key control(Key::made(interface_key(device) + "\\#\\Control"));
    control.set("Linked", DWORD{0});
  }
  RegDeleteTreeA(HKEY_LOCAL_MACHINE, interface_key(device).c_str());
  RegDeleteTreeA(HKEY_LOCAL_MACHINE, enum_key(device).c_str());
}

std::vector<Presence> list_presences() {
  std::vector<Presence> found;
  const Key interfaces(Key::opened(interfaces_key));
  for (DWORD i = 0;; ++i) {
    const std::string name = interfaces.subkey(i);
    if (name.empty()) return found;
    const Key control(Key::opened(interfaces_key + "\\" + name + "\\#\\Control"));
    const Key reference(Key::opened(interfaces_key + "\\" + name + "\\#"));
    const std::string link = reference.text("SymbolicLink");
    if (control.number("Linked") == 1 && !link.empty()) {
      found.push_back({link, control.number("Presence")});
    }
  }
}

std::optional<Location> find_location(const std::string& link) {
  const std::size_t end = link.rfind('#');
  if (link.size() < link_prefix.size() || end == std::string::npos || end < link_prefix.size()) {
    return std::nullopt;
  }
  const std::string path = link.substr(link_prefix.size(), end - link_prefix.size());
  const Key parameters(
      Key::opened(control_set + "Enum\\" + replaced(path, '#', '\\') + "\\Device Parameters"));
  Location location{parameters.text("UsbipServer"), parameters.text("UsbipBusid")};
  if (location.server.empty() || location.busid.empty()) return std::nullopt;
  return location;
}

HKEY open_interface_class() {
  return Key::made(interfaces_key);
}

}  // namespace dfurig::windows
