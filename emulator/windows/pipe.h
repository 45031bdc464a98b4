// An endpoint other than 0 that a program has opened.
#pragma once

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>

#include "windows/shared_import.h"

namespace dfurig::windows {

/// Keeps asking an interrupt IN endpoint and remembers the frames it sent; the oldest are lost when
/// nobody fetches them.
class InterruptReader {
 public:
  /// Remembers `frames_max` frames.
  InterruptReader(std::shared_ptr<SharedImport> import, const usbip::Transfer& request,
                  std::size_t frames_max);
  ~InterruptReader();
  InterruptReader(const InterruptReader&) = delete;
  InterruptReader& operator=(const InterruptReader&) = delete;

  /// The oldest frame.
  TransferResult take(Timeout timeout);

 private:
  void run();

  std::shared_ptr<SharedImport> import_;
  usbip::Transfer request_;
  std::size_t frames_max_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Bytes> frames_;
  bool is_stopped_ = false;
  std::thread thread_;  // last: it uses the rest
};

class Pipe {
 public:
  /// `endpoint` is its ENDPOINT descriptor. `input_frames` other than 0: an interrupt IN endpoint
  /// is read all the time.
  Pipe(std::shared_ptr<SharedImport> import, ByteView endpoint, unsigned input_frames);

  bool is_in() const { return (bEndpointAddress_ & 0x80) != 0; }
  TransferResult read(std::size_t length, Timeout timeout);
  TransferResult write(ByteView data, Timeout timeout);
  void abort() { import_->cancel(bEndpointAddress_); }
  /// Clears a halt.
  bool reset(Timeout timeout);

 private:
  usbip::Transfer request() const;

  std::shared_ptr<SharedImport> import_;
  std::uint8_t bEndpointAddress_;
  std::uint8_t bInterval_;
  std::unique_ptr<InterruptReader> reader_;
};

}  // namespace dfurig::windows
