// The registry keys by which setupapi finds a device of ST's DFU interface class. They are
// volatile: none outlives the prefix's wineserver.
#pragma once

#include <windows.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace dfurig::windows {

/// ST's interface class of devices in DFU mode (GUID_DFU in ST's AN3156 companion software).
constexpr GUID interface_class = {
    0x3fe809ab, 0xfb91, 0x4cb5, {0xa6, 0x43, 0x69, 0x67, 0x0d, 0x52, 0x36, 0x6e}};

/// Where a device is to be had.
struct Location {
  std::string server;  ///< "127.0.0.1:3240"
  std::string busid;   ///< "1-1"
  bool operator==(const Location&) const = default;
};

/// A device as Windows names it.
struct PluggedDevice {
  Location location;
  std::uint16_t idVendor = 0;
  std::uint16_t idProduct = 0;
  std::uint16_t bcdDevice = 0;
  std::string instance;  ///< its serial number, or what stands for one
};

/// "\\?\usb#vid_0483&pid_df11#206e30975034#{3fe809ab-fb91-4cb5-a643-69670d52366e}"
std::string link_of(const PluggedDevice& device);

/// Makes the device appear.
void write_keys(const PluggedDevice& device);
/// Makes it disappear; nothing of it is left.
void remove_keys(const PluggedDevice& device);

/// A device that is there. One that went and came back is another presence, however fast it was.
struct Presence {
  std::string link;
  std::uint32_t number = 0;
  bool operator==(const Presence&) const = default;
};
std::vector<Presence> list_presences();
/// Where the device of a link is; absent: there is none. Letters may be large or small.
std::optional<Location> find_location(const std::string& link);

/// The key below which everything that `list_presences` reads changes; made when it is not there.
HKEY open_interface_class();

}  // namespace dfurig::windows
