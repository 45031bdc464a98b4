#include "scenario/load_control.h"

#include <algorithm>

#include "scenario/expect_transcript.h"
#include "scenario/load_faults.h"

namespace dfurig::scenario {
namespace {

// wLength of what the device sends, when nothing else is said.
constexpr std::uint16_t status_length = 6, state_length = 1;

const std::vector<std::string>& dfu_requests() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    for (std::uint8_t i = 0; i <= dfu::DFU_ABORT; ++i) all.push_back(dfu::request_name(i));
    return all;
  }();
  return names;
}

/// What a DFU request looks like (DFU 1.1 table 3.2).
usb::SetupPacket dfu_setup(std::uint8_t bRequest) {
  const bool is_in = bRequest == dfu::DFU_UPLOAD || bRequest == dfu::DFU_GETSTATUS ||
                     bRequest == dfu::DFU_GETSTATE;
  usb::SetupPacket setup;
  setup.bmRequestType = is_in ? 0xA1 : 0x21;
  setup.bRequest = bRequest;
  if (bRequest == dfu::DFU_GETSTATUS) setup.wLength = status_length;
  if (bRequest == dfu::DFU_GETSTATE) setup.wLength = state_length;
  return setup;
}

std::uint16_t read_u16(const model::Reader& reader) {
  return static_cast<std::uint16_t>(reader.number(0xFFFF));
}

usb::SetupPacket read_setup(const model::Reader& reader) {
  usb::SetupPacket setup;
  if (const auto request = reader.find("request")) {
    setup = dfu_setup(static_cast<std::uint8_t>(request->choice(dfu_requests())));
  } else {
    setup.bmRequestType = static_cast<std::uint8_t>(reader.at("bmRequestType").number(0xFF));
    setup.bRequest = static_cast<std::uint8_t>(reader.at("bRequest").number(0xFF));
  }
  if (const auto wValue = reader.find("wValue")) setup.wValue = read_u16(*wValue);
  if (const auto wIndex = reader.find("wIndex")) setup.wIndex = read_u16(*wIndex);
  if (const auto wLength = reader.find("wLength")) setup.wLength = read_u16(*wLength);
  return setup;
}

ControlRequest read_poll(const model::Reader& reader) {
  reader.allow_only({"poll", "status"});
  ControlRequest request;
  request.setup = dfu_setup(dfu::DFU_GETSTATUS);
  request.polls = true;
  request.state = static_cast<dfu::State>(reader.at("poll").choice(state_names()));
  return request;
}

ControlRequest read_request(const model::Reader& reader) {
  std::vector<std::string> keys = {"wValue",     "wIndex", "wLength", "data",   "reply",
                                   "reply_data", "state",  "status",  "poll_ms"};
  const bool is_named = reader.has("request");
  if (is_named) keys.push_back("request");
  if (!is_named) keys.insert(keys.end(), {"bmRequestType", "bRequest"});
  reader.allow_only(keys);
  ControlRequest request;
  request.setup = read_setup(reader);
  if (const auto data = reader.find("data")) {
    request.data = data->bytes();
    if (request.setup.is_device_to_host()) data->fail("this request has its data from the device");
    if (!reader.has("wLength")) {
      request.setup.wLength = static_cast<std::uint16_t>(request.data.size());
    }
  }
  if (const auto state = reader.find("state")) {
    request.state = static_cast<dfu::State>(state->choice(state_names()));
  }
  if (const auto poll = reader.find("poll_ms")) request.poll_ms = poll->number(0xFFFFFF);
  return request;
}

}  // namespace

ReplayRequests read_control(const model::Reader& reader) {
  ReplayRequests replay;
  for (const model::Reader& item : reader.items()) {
    ControlRequest request = item.has("poll") ? read_poll(item) : read_request(item);
    request.place = item.place();
    if (const auto status = item.find("status")) {
      request.status = static_cast<dfu::Status>(status->choice(status_names()));
    }
    if (const auto reply = item.find("reply")) {
      reply->choice(reply_names());
      request.reply = reply->text();
    }
    if (const auto data = item.find("reply_data")) request.reply_data = data->bytes();
    replay.requests.push_back(std::move(request));
  }
  if (replay.requests.empty()) reader.fail("expected at least one request");
  return replay;
}

}  // namespace dfurig::scenario
