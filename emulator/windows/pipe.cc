#include "windows/pipe.h"

namespace dfurig::windows {
namespace {

constexpr std::uint8_t interrupt = 3;       // bmAttributes, USB 2.0 table 9-13
constexpr std::uint8_t to_endpoint = 0x02;  // bmRequestType
constexpr std::uint16_t ENDPOINT_HALT = 0;  // USB 2.0 table 9-6
constexpr std::uint16_t packet_size_mask = 0x7FF;

}  // namespace

InterruptReader::InterruptReader(std::shared_ptr<SharedImport> import,
                                 const usbip::Transfer& request, std::size_t frames_max)
    : import_(std::move(import)),
      request_(request),
      frames_max_(frames_max),
      thread_([this] { run(); }) {}

InterruptReader::~InterruptReader() {
  {
    const std::lock_guard lock(mutex_);
    is_stopped_ = true;
  }
  import_->cancel(static_cast<std::uint8_t>(request_.ep | 0x80));
  thread_.join();
}

TransferResult InterruptReader::take(Timeout timeout) {
  std::unique_lock lock(mutex_);
  const auto has_frame = [&] { return !frames_.empty() || is_stopped_; };
  if (!timeout) {
    changed_.wait(lock, has_frame);
  } else if (!changed_.wait_for(lock, *timeout, has_frame)) {
    return {TransferResult::End::TimedOut, 0, {}};
  }
  if (frames_.empty()) return {};
  TransferResult result{TransferResult::End::Done, frames_.front().size(), frames_.front()};
  frames_.pop_front();
  return result;
}

void InterruptReader::run() {
  // A transfer is given up now and then: it may have been started just after it was to be
  // cancelled.
  constexpr std::chrono::milliseconds patience{1000};
  while (true) {
    TransferResult result = import_->transfer(request_, patience);
    const std::lock_guard lock(mutex_);
    const bool has_ended =
        result.end == TransferResult::End::Gone || result.end == TransferResult::End::Refused;
    is_stopped_ = is_stopped_ || has_ended;
    if (result.is_done()) frames_.push_back(std::move(result.data));
    if (frames_.size() > frames_max_) frames_.pop_front();
    changed_.notify_all();
    if (is_stopped_) return;
  }
}

Pipe::Pipe(std::shared_ptr<SharedImport> import, ByteView endpoint, unsigned input_frames)
    : import_(std::move(import)), bEndpointAddress_(endpoint[2]), bInterval_(endpoint[6]) {
  const bool is_buffered = is_in() && (endpoint[3] & 3) == interrupt && input_frames > 0;
  if (!is_buffered) return;
  usbip::Transfer transfer = request();
  transfer.length = (endpoint[4] | endpoint[5] << 8) & packet_size_mask;
  // One place of the ring is where the next frame goes.
  reader_ = std::make_unique<InterruptReader>(import_, transfer, std::max(1u, input_frames - 1));
}

usbip::Transfer Pipe::request() const {
  usbip::Transfer transfer;
  transfer.ep = bEndpointAddress_ & 0x0F;
  transfer.is_in = is_in();
  transfer.interval = bInterval_;
  return transfer;
}

TransferResult Pipe::read(std::size_t length, Timeout timeout) {
  if (reader_ != nullptr) return reader_->take(timeout);
  usbip::Transfer transfer = request();
  transfer.length = static_cast<std::uint32_t>(length);
  return import_->transfer(transfer, timeout);
}

TransferResult Pipe::write(ByteView data, Timeout timeout) {
  usbip::Transfer transfer = request();
  transfer.data.assign(data.begin(), data.end());
  return import_->transfer(transfer, timeout);
}

bool Pipe::reset(Timeout timeout) {
  return import_
      ->control({to_endpoint, usb::CLEAR_FEATURE, ENDPOINT_HALT, bEndpointAddress_, 0}, {}, timeout)
      .is_done();
}

}  // namespace dfurig::windows
