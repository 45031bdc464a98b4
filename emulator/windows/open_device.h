// What a handle of STDevice_Open stands for.
#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "usb/configuration_view.h"
#include "windows/pipe.h"
#include "windows/shared_import.h"
#include "windows/tube_error.h"

namespace dfurig::windows {

/// Where in the descriptors something is: indices from 0.
struct Place {
  unsigned configuration = 0;
  unsigned interface_index = 0;
  unsigned alternate = 0;
  unsigned endpoint = 0;
};

class OpenDevice {
 public:
  explicit OpenDevice(std::shared_ptr<SharedImport> import) : import_(std::move(import)) {}

  SharedImport& import() const { return *import_; }

  // Descriptors; absent or empty: there is none at that place.
  std::optional<usb::ConfigurationView> configuration(unsigned index) const;
  std::vector<usb::AlternateView> alternates(const Place& place) const;
  std::optional<usb::AlternateView> alternate(const Place& place) const;
  /// Index from 1; US English.
  std::optional<std::string> string(unsigned index) const;

  TubeError select(const Place& place);
  TubeError control(const usb::SetupPacket& setup, ByteView out, std::uint8_t* in);

  TubeError open_pipes();
  void close_pipes();
  bool has_open_pipes() const;
  /// By the endpoint's index among those of the chosen alternate settings; null: there is none.
  std::shared_ptr<Pipe> pipe(unsigned index) const;

  void set_timeout(DWORD ms) { timeout_ms_ = ms; }
  /// `ms`, or when it is 0 what was set for all requests.
  Timeout timeout(DWORD ms = 0) const;
  void set_input_frames(unsigned frames) { input_frames_ = frames; }
  unsigned input_frames() const { return input_frames_; }

 private:
  std::shared_ptr<SharedImport> import_;
  mutable std::mutex mutex_;
  Place current_;
  std::vector<std::shared_ptr<Pipe>> pipes_;
  bool has_open_pipes_ = false;
  std::atomic<DWORD> timeout_ms_ = 5000;
  std::atomic<unsigned> input_frames_ = 0;
};

}  // namespace dfurig::windows
