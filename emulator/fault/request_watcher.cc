#include "fault/request_watcher.h"

#include <utility>

#include "dfu/dfuse.h"
#include "dfu/transfer_text.h"

namespace dfurig::fault {
namespace {

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

void RequestWatcher::see(const usb::SetupPacket& setup, ByteView data) {
  written_bytes_ += std::exchange(writes_now_, 0);
  setup_ = setup;
  request_ = dfu::name_of(setup);
  if (!dfu::is_dfu(setup) || setup.bRequest != dfu::DFU_DNLOAD) return;
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
