// usbfs's requests whose caller waits until transfers have ended: the tool waits, we do not.
#include <linux/usbdevice_fs.h>

#include <cerrno>
#include <utility>

#include "attach/process_memory.h"
#include "attach/usbfs_file.h"

namespace dfurig::attach {
namespace {

/// What a blocking request returns for the end of its transfer: a length or a negated errno.
Result result_of(const usbip::Completion& completion) {
  if (completion.was_unlinked) return -ETIMEDOUT;
  if (completion.status == -ESHUTDOWN) return -ENODEV;
  return completion.status != 0 ? completion.status : static_cast<Result>(completion.actual_length);
}

/// What the kernel itself asks of a device it gives up after this (include/linux/usb.h:
/// USB_CTRL_SET_TIMEOUT).
constexpr std::chrono::milliseconds USB_CTRL_SET_TIMEOUT{5000};

}  // namespace

/// The file stays until the caller has its answer, as it does in the kernel.
UsbfsFile::Answer UsbfsFile::transfer_later(const Call& call, const usbip::Transfer& transfer,
                                            std::uint64_t in_buffer,
                                            std::chrono::milliseconds timeout) {
  device_->submit(
      transfer,
      [self = shared_from_this(), call, in_buffer](const usbip::Completion& it) {
        const bool is_written = write_memory(call.pid, in_buffer, it.data.data(), it.data.size());
        self->listener().reply(call, is_written ? result_of(it) : -EFAULT);
      },
      timeout);
  return std::nullopt;
}

UsbfsFile::Answer UsbfsFile::control(const Call& call) {
  const auto request = read_object<usbdevfs_ctrltransfer>(call.pid, call.arguments[2]);
  if (!request) return -EFAULT;
  if (request->wLength > control_length_max) return -EINVAL;
  const usb::SetupPacket setup{request->bRequestType, request->bRequest, request->wValue,
                               request->wIndex, request->wLength};
  if (const Result refusal = claim_recipient(*device_, setup, this); refusal != 0) return refusal;
  const auto buffer = reinterpret_cast<std::uint64_t>(request->data);
  const std::chrono::milliseconds timeout(request->timeout);
  if (setup.is_device_to_host()) {
    return transfer_later(call, usbip::control_transfer(setup), buffer, timeout);
  }
  const auto data = read_bytes(call.pid, buffer, setup.wLength);
  if (!data) return -EFAULT;
  return transfer_later(call, usbip::control_transfer(setup, *data), 0, timeout);
}

UsbfsFile::Answer UsbfsFile::bulk(const Call& call) {
  const auto request = read_object<usbdevfs_bulktransfer>(call.pid, call.arguments[2]);
  if (!request) return -EFAULT;
  if (!has_endpoint(device_->facts(), request->ep)) return -ENOENT;
  if (request->len > usbip::transfer_buffer_length_max) return -EINVAL;
  usbip::Transfer transfer;
  transfer.ep = request->ep & 0x0F;
  transfer.is_in = (request->ep & 0x80) != 0;
  transfer.length = request->len;
  const auto buffer = reinterpret_cast<std::uint64_t>(request->data);
  const std::chrono::milliseconds timeout(request->timeout);
  if (transfer.is_in) return transfer_later(call, transfer, buffer, timeout);
  auto data = read_bytes(call.pid, buffer, request->len);
  if (!data) return -EFAULT;
  transfer.data = std::move(*data);
  return transfer_later(call, transfer, 0, timeout);
}

UsbfsFile::Answer UsbfsFile::set_interface(const Call& call) {
  const auto request = read_object<usbdevfs_setinterface>(call.pid, call.arguments[2]);
  if (!request) return -EFAULT;
  const Result refusal = device_->claims().claim(request->interface, this);
  if (refusal != 0) return refusal;
  constexpr std::uint8_t to_interface = 0x01;
  const usb::SetupPacket setup{to_interface, usb::SET_INTERFACE,
                               static_cast<std::uint16_t>(request->altsetting),
                               static_cast<std::uint16_t>(request->interface), 0};
  device_->submit(
      usbip::control_transfer(setup),
      [self = shared_from_this(), call, request](const usbip::Completion& it) {
        const Result result = result_of(it);
        if (result >= 0) self->device_->remember_setting(request->interface, request->altsetting);
        self->listener().reply(call, result);
      },
      USB_CTRL_SET_TIMEOUT);
  return std::nullopt;
}

UsbfsFile::Answer UsbfsFile::set_configuration(const Call& call) {
  const auto value = read_object<unsigned>(call.pid, call.arguments[2]);
  if (!value) return -EFAULT;
  if (device_->claims().is_any_claimed()) return -EBUSY;
  return transfer_later(call,
                        usbip::control_transfer(
                            {0, usb::SET_CONFIGURATION, static_cast<std::uint16_t>(*value), 0, 0}),
                        0, USB_CTRL_SET_TIMEOUT);
}

UsbfsFile::Answer UsbfsFile::clear_halt(const Call& call) {
  const auto endpoint = read_object<unsigned>(call.pid, call.arguments[2]);
  if (!endpoint) return -EFAULT;
  if (!has_endpoint(device_->facts(), *endpoint)) return -ENOENT;
  constexpr std::uint8_t to_endpoint = 0x02;
  constexpr std::uint16_t ENDPOINT_HALT = 0;
  return transfer_later(call,
                        usbip::control_transfer({to_endpoint, usb::CLEAR_FEATURE, ENDPOINT_HALT,
                                                 static_cast<std::uint16_t>(*endpoint), 0}),
                        0, USB_CTRL_SET_TIMEOUT);
}

UsbfsFile::Answer UsbfsFile::reset(const Call& call) {
  device_->reset([self = shared_from_this(), call](bool is_same) {
    self->listener().reply(call, is_same ? 0 : -ENODEV);
  });
  return std::nullopt;
}

}  // namespace dfurig::attach
