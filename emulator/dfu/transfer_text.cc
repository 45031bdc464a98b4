#include "dfu/transfer_text.h"

#include <map>

#include "dfu/dfu.h"
#include "dfu/dfuse.h"
#include "support/hex.h"

namespace dfurig::dfu {
namespace {

const std::map<std::uint8_t, std::string>& standard_requests() {
  static const std::map<std::uint8_t, std::string> names = {
      {usb::GET_STATUS, "GET_STATUS"},
      {usb::CLEAR_FEATURE, "CLEAR_FEATURE"},
      {usb::SET_FEATURE, "SET_FEATURE"},
      {usb::GET_DESCRIPTOR, "GET_DESCRIPTOR"},
      {usb::GET_CONFIGURATION, "GET_CONFIGURATION"},
      {usb::SET_CONFIGURATION, "SET_CONFIGURATION"},
      {usb::GET_INTERFACE, "GET_INTERFACE"},
      {usb::SET_INTERFACE, "SET_INTERFACE"}};
  return names;
}

}  // namespace

bool is_dfu(const usb::SetupPacket& setup) {
  return setup.type() == usb::RequestType::Class && setup.recipient() == usb::Recipient::Interface;
}

std::string name_of(const usb::SetupPacket& setup) {
  if (is_dfu(setup) && setup.bRequest <= DFU_ABORT) return request_name(setup.bRequest);
  if (setup.type() != usb::RequestType::Standard) return "";
  const auto found = standard_requests().find(setup.bRequest);
  return found == standard_requests().end() ? "" : found->second;
}

const std::vector<std::string>& request_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    for (std::uint8_t i = 0; i <= DFU_ABORT; ++i) all.push_back(request_name(i));
    for (const auto& [number, name] : standard_requests()) all.push_back(name);
    return all;
  }();
  return names;
}

std::string request_text(const usb::SetupPacket& setup) {
  const std::string name = name_of(setup);
  if (!name.empty()) return name;
  if (is_dfu(setup)) return request_name(setup.bRequest);
  return "bmRequestType " + hex(setup.bmRequestType, 2) + " bRequest " + hex(setup.bRequest, 2);
}

std::string outcome_text(const usb::Transfer& transfer) {
  if (std::holds_alternative<usb::Stall>(transfer.reply)) return "STALL";
  if (std::holds_alternative<usb::NoReply>(transfer.reply)) return "no reply";
  if (std::holds_alternative<usb::BusError>(transfer.reply)) return "bus error";
  if (std::holds_alternative<usb::Ack>(transfer.reply)) return "ACK";
  const bool is_status = is_dfu(transfer.setup) && transfer.setup.bRequest == DFU_GETSTATUS &&
                         transfer.data.size() == status_reply_size;
  if (!is_status) return std::to_string(transfer.data.size()) + " bytes";
  const StatusReply status = parse_status_reply(transfer.data);
  return to_string(status.bStatus) + ", " + std::to_string(status.bwPollTimeout) + " ms, " +
         to_string(status.bState);
}

std::string describe(const usb::Transfer& transfer) {
  const usb::SetupPacket& setup = transfer.setup;
  std::string text = request_text(setup);
  text += " wValue=" + std::to_string(setup.wValue) + " wLength=" + std::to_string(setup.wLength);
  if (is_dfu(setup) && setup.bRequest == DFU_DNLOAD) {
    const auto operation = parse_operation(setup.wValue, transfer.data);
    text += operation ? " (" + to_string(*operation) + ")" : " (not defined)";
  }
  return text + " -> " + outcome_text(transfer);
}

}  // namespace dfurig::dfu
