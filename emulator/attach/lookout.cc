#include "attach/lookout.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

namespace dfurig::attach {
namespace {

using Devices = std::vector<std::unique_ptr<ImportedDevice>>;

Devices import_or_nothing(const usbip::Connector& server, ToolTime& time) {
  try {
    return import_offered(server, time);
  } catch (const usbip::ConnectError&) {
    return {};
  } catch (const usbip::ProtocolFailure&) {
    return {};
  }
}

}  // namespace

Devices import_offered(const usbip::Connector& server, ToolTime& time) {
  Devices devices;
  for (const usbip::DeviceRecord& record : usbip::list_devices(server)) {
    try {
      devices.push_back(std::make_unique<ImportedDevice>(server, record.busid, time));
    } catch (const usbip::ProtocolFailure&) {
      continue;
    }
  }
  return devices;
}

Lookout::Lookout(usbip::Connector server, ToolTime& time)
    : server_(std::move(server)),
      time_(time),
      found_pipe_(make_pipe(O_NONBLOCK)),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

void Lookout::start() {
  const std::lock_guard lock(mutex_);
  is_looking_ = true;
  changed_.notify_one();
}

Devices Lookout::take() {
  std::array<char, 16> bytes;
  const ssize_t drained = read(descriptor(), bytes.data(), bytes.size());
  static_cast<void>(drained);
  const std::lock_guard lock(mutex_);
  return std::exchange(found_, {});
}

void Lookout::run(const std::stop_token& stop) {
  constexpr std::chrono::milliseconds shortest{20};
  constexpr std::chrono::milliseconds longest{500};
  auto pause = shortest;
  std::unique_lock lock(mutex_);
  while (changed_.wait(lock, stop, [this] { return is_looking_; }) && !stop.stop_requested()) {
    lock.unlock();
    Devices devices = import_or_nothing(server_, time_);
    lock.lock();
    if (!devices.empty()) {
      std::move(devices.begin(), devices.end(), std::back_inserter(found_));
      is_looking_ = false;
      pause = shortest;
      const ssize_t told = write(found_pipe_.write_end.get(), "", 1);
      static_cast<void>(told);
    } else {
      changed_.wait_for(lock, stop, pause, [] { return false; });
      pause = std::min(2 * pause, longest);
    }
  }
}

}  // namespace dfurig::attach
