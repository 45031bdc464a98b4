// A Windows program that is open while a scenario's steps go on, and reaches the boards over
// USB/IP.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "scenario/expect.h"
#include "scenario/window.h"
#include "usbip/server.h"
#include "wine/window_session.h"

namespace dfurig::scenario {

/// Serves devices in a thread of its own.
class ServedDevices {
 public:
  /// Listens, on loopback; both must outlive it.
  ServedDevices(usbip::Exports& exports, const Clock& clock);
  ~ServedDevices();
  ServedDevices(const ServedDevices&) = delete;
  ServedDevices& operator=(const ServedDevices&) = delete;

  std::string address() const { return "127.0.0.1:" + std::to_string(server_.port()); }
  void begin();

  /// While it lives no request reaches a device: the boards are its owner's.
  class Hold {
   public:
    explicit Hold(ServedDevices& served);
    ~Hold();
    Hold(const Hold&) = delete;
    Hold& operator=(const Hold&) = delete;

   private:
    struct Gate;
    std::shared_ptr<Gate> gate_;
  };

 private:
  usbip::Server server_;
  std::thread thread_;
};

class WindowProgram {
 public:
  /// Starts it. `name` is what its screenshots are called. Throws wine::NotHere when this machine
  /// lacks what it needs, InputError for anything else that keeps it from starting.
  WindowProgram(const StartProgram& start, const std::string& name, const WindowSettings& settings,
                usbip::Exports& exports, const Clock& clock);

  ServedDevices& devices() { return devices_; }
  /// False: it has ended, and nothing more can be asked.
  bool is_open() const { return is_open_; }

  /// What they do is added to `told`. Throws wine::NotHere, and std::runtime_error when something
  /// in between fails.
  std::vector<Failure> await_window(const StartProgram& start);
  std::vector<Failure> ask(const AskWindow& action, std::vector<std::string>& told);
  std::vector<Failure> take(const TakeScreenshot& action, std::vector<std::string>& told);
  /// It has ended afterwards, unless there are failures.
  std::vector<Failure> end(const EndProgram& action, std::vector<std::string>& told);

 private:
  std::optional<Fields> request(const std::string& verb, const Fields& arguments,
                                std::chrono::milliseconds within);
  std::optional<int> wait_for_end(std::chrono::milliseconds within);
  std::vector<Failure> failure(const std::string& what, std::chrono::milliseconds within,
                               const std::optional<Fields>& answer);
  std::string picture(const std::string& name);

  std::string name_;
  std::string screenshots_;
  ServedDevices devices_;
  wine::WindowSession session_;
  bool is_open_ = true;
};

}  // namespace dfurig::scenario
