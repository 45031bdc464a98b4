#include "fault/request_watcher.h"

#include <map>
#include <utility>

#include "dfu/dfuse.h"

namespace dfurig::fault {
namespace {

bool is_dfu(const usb::SetupPacket& setup) {
  return setup.type() == usb::RequestType::Class && setup.recipient() == usb::Recipient::Interface;
}

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

/// What a condition calls an operation.
struct OperationName {
  std::string operator()(const dfu::SetAddress&) const { return "set address"; }
  std::string operator()(const dfu::EraseSector&) const { return "erase"; }
  std::string operator()(const dfu::MassErase&) const { return "mass erase"; }
  std::string operator()(const dfu::ReadUnprotect&) const { return "read unprotect"; }
  std::string operator()(const dfu::WriteMemory&) const { return "write"; }
  std::string operator()(const dfu::Leave&) const { return "leave"; }
};

}  // namespace

std::string name_of(const usb::SetupPacket& setup) {
  if (is_dfu(setup) && setup.bRequest <= dfu::DFU_ABORT) return dfu::request_name(setup.bRequest);
  if (setup.type() != usb::RequestType::Standard) return "";
  const auto found = standard_requests().find(setup.bRequest);
  return found == standard_requests().end() ? "" : found->second;
}

const std::vector<std::string>& request_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    for (std::uint8_t i = 0; i <= dfu::DFU_ABORT; ++i) all.push_back(dfu::request_name(i));
    for (const auto& [number, name] : standard_requests()) all.push_back(name);
    return all;
  }();
  return names;
}

void RequestWatcher::see(const usb::SetupPacket& setup, ByteView data) {
  written_bytes_ += std::exchange(writes_now_, 0);
  setup_ = setup;
  request_ = name_of(setup);
  if (!is_dfu(setup) || setup.bRequest != dfu::DFU_DNLOAD) return;
  const auto operation = dfu::parse_operation(setup.wValue, data);
  operation_ = operation ? std::visit(OperationName(), *operation) : "";
  address_.reset();
  if (!operation) return;
  if (const auto* it = std::get_if<dfu::SetAddress>(&*operation)) address_ = it->address;
  if (const auto* it = std::get_if<dfu::EraseSector>(&*operation)) address_ = it->address;
  if (std::holds_alternative<dfu::WriteMemory>(*operation)) writes_now_ = data.size();
}

bool RequestWatcher::meets(const RequestCondition& condition) const {
  return (condition.request.empty() || condition.request == request_) &&
         (condition.operation.empty() || condition.operation == operation_) &&
         (!condition.wValue || *condition.wValue == setup_.wValue) &&
         (!condition.address || condition.address == address_) &&
         written_bytes_ + writes_now_ >= condition.written_bytes;
}

std::string RequestWatcher::text() const {
  std::string text = request_.empty() ? "a request" : request_;
  text += " wValue=" + std::to_string(setup_.wValue);
  return operation_.empty() ? text : text + " (" + operation_ + ")";
}

}  // namespace dfurig::fault
