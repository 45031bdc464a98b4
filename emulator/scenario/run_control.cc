#include "scenario/run_control.h"

#include <algorithm>

#include "dfu/dfu.h"
#include "scenario/expect_transcript.h"
#include "support/hex.h"
#include "usbip/client.h"

namespace dfurig::scenario {
namespace {

using Failures = std::vector<Failure>;

// A host gives up on a control transfer after 5 s (linux/usb.h: USB_CTRL_GET_TIMEOUT).
constexpr std::chrono::seconds transfer_timeout{5};
// While it waits for an answer, time passes in steps of at most this.
constexpr std::chrono::milliseconds wait_step{1};
constexpr unsigned polls_max = 10'000;

/// What the device did, as the host sees it.
usb::ControlReply reply_of(const usbip::Completion& completion, bool is_in) {
  if (completion.was_unlinked) return usb::NoReply{};
  if (completion.status == usbip::urb_status::stall) return usb::Stall{};
  if (completion.status != usbip::urb_status::ok) return usb::BusError{};
  if (is_in) return usb::DataStage{completion.data};
  return usb::Ack{};
}

class Replayer {
 public:
  Replayer(usbip::Client& client, const std::function<void(Duration)>& wait)
      : client_(client), wait_(wait) {}

  Failures run(const ControlRequest& request);

 private:
  usbip::Completion transfer(const ControlRequest& request);
  usbip::Completion wait_for(std::uint32_t seqnum);
  std::optional<usbip::Completion> take(std::uint32_t seqnum);

  usbip::Client& client_;
  const std::function<void(Duration)>& wait_;
};

std::optional<usbip::Completion> Replayer::take(std::uint32_t seqnum) {
  for (usbip::Completion& it : client_.poll()) {
    if (it.seqnum == seqnum) return std::move(it);
  }
  return std::nullopt;
}

usbip::Completion Replayer::wait_for(std::uint32_t seqnum) {
  for (Duration waited{}; waited < transfer_timeout && !client_.is_closed();) {
    if (auto completion = take(seqnum)) return *completion;
    const Duration due = client_.link().due_in().value_or(transfer_timeout);
    const Duration step = std::clamp<Duration>(due, std::chrono::microseconds(1), wait_step);
    wait_(step);
    waited += step;
  }
  usbip::Completion none;
  none.was_unlinked = true;
  if (client_.is_closed()) return none;
  client_.unlink(seqnum);
  return take(seqnum).value_or(none);
}

usbip::Completion Replayer::transfer(const ControlRequest& request) {
  return wait_for(client_.submit(request.setup, request.data));
}

void check_status(const ControlRequest& request, const usbip::Completion& completion,
                  Failures& failures) {
  if (!request.state && !request.status && !request.poll_ms) return;
  if (completion.data.size() != dfu::status_reply_size) {
    failures.push_back({"DFU_GETSTATUS", "6 bytes", hex_bytes(completion.data), {}});
    return;
  }
  const dfu::StatusReply reply = dfu::parse_status_reply(completion.data);
  const auto differ = [&](const char* what, const std::string& wanted, const std::string& found) {
    if (wanted != found) failures.push_back({what, wanted, found, {}});
  };
  if (request.state) differ("bState", to_string(*request.state), to_string(reply.bState));
  if (request.status) differ("bStatus", to_string(*request.status), to_string(reply.bStatus));
  if (request.poll_ms) {
    differ("bwPollTimeout", std::to_string(*request.poll_ms), std::to_string(reply.bwPollTimeout));
  }
}

Failures check_reply(const ControlRequest& request, const usbip::Completion& completion) {
  Failures failures;
  const std::string ending = reply_name(reply_of(completion, request.setup.is_device_to_host()));
  const bool needs_data = request.reply_data || request.state || request.status || request.poll_ms;
  const std::string wanted =
      request.reply.empty() && needs_data ? reply_name(usb::DataStage{}) : request.reply;
  if (!wanted.empty() && wanted != ending) {
    failures.push_back({"reply", wanted, ending, {}});
    return failures;
  }
  if (request.reply_data && *request.reply_data != completion.data) {
    failures.push_back({"data", hex_bytes(*request.reply_data), hex_bytes(completion.data), {}});
  }
  check_status(request, completion, failures);
  return failures;
}

Failures Replayer::run(const ControlRequest& request) {
  usbip::Completion completion = transfer(request);
  for (unsigned i = 0; request.polls && i < polls_max; ++i) {
    if (completion.data.size() != dfu::status_reply_size) break;
    const dfu::StatusReply reply = dfu::parse_status_reply(completion.data);
    if (reply.bState != dfu::State::dfuDNBUSY) break;
    wait_(std::chrono::milliseconds(reply.bwPollTimeout));
    completion = transfer(request);
  }
  return check_reply(request, completion);
}

}  // namespace

std::vector<Failure> replay(const ReplayRequests& replay, const usbip::Connector& connector,
                            const std::string& busid, const std::function<void(Duration)>& wait) {
  try {
    usbip::Client client(connector, busid);
    Replayer replayer(client, wait);
    for (const ControlRequest& request : replay.requests) {
      Failures failures = replayer.run(request);
      for (Failure& it : failures) it.details.push_back("sent at " + request.place);
      if (!failures.empty()) return failures;
    }
  } catch (const std::runtime_error& error) {
    return {{"device " + busid, "on the bus", error.what(), {}}};
  }
  return {};
}

}  // namespace dfurig::scenario
