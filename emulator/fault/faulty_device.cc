#include "fault/faulty_device.h"

#include <algorithm>

namespace dfurig::fault {
namespace {

/// Flips `bits` of what is there from `offset` on.
void corrupt(std::span<std::uint8_t> bytes, std::uint32_t offset, ByteView bits) {
  for (std::size_t i = 0; i < bits.size() && offset + i < bytes.size(); ++i) {
    bytes[offset + i] ^= bits[i];
  }
}

usb::Answer alter(usb::Answer answer, const Fault& fault) {
  auto* stage = std::get_if<usb::DataStage>(&answer.reply);
  if (stage == nullptr) return answer;
  Bytes& data = stage->data;
  if (fault.kind == Kind::UsbShort) data.resize(std::min(data.size(), fault.bytes));
  if (fault.kind == Kind::UsbLong) data.resize(data.size() + fault.bytes, 0xFF);
  if (fault.kind == Kind::UsbCorrupt) corrupt(data, fault.offset, fault.bits);
  return answer;
}

/// A port's attachments differ from one to the next, whoever caused them.
constexpr std::uint32_t own_attachments = 1u << 16;

}  // namespace

std::uint32_t FaultyDevice::attachment() const {
  const std::uint32_t inner = device_.attachment();
  return is_off_bus_ || inner == 0 ? 0 : inner + returns_ * own_attachments;
}

usb::Answer FaultyDevice::control(const usb::SetupPacket& setup, ByteView data, Instant now) {
  advance(now);
  if (is_off_bus_) return {usb::NoReply{}};
  watcher_.see(setup, data);
  const Fault* fault = armed_.find(
      Seam::Usb, [&](const Fault& it) { return watcher_.meets(it.request); }, watcher_.text());
  if (fault != nullptr) return strike(*fault, setup, data, now);
  return pass(setup, data, now);
}

usb::Answer FaultyDevice::pass(const usb::SetupPacket& setup, ByteView data, Instant now) {
  usb::Answer answer = device_.control(setup, data, now);
  notice_options();
  notice_power_cut(now);
  return is_off_bus_ ? usb::Answer{usb::NoReply{}} : answer;
}

usb::Answer FaultyDevice::strike(const Fault& fault, const usb::SetupPacket& setup, ByteView data,
                                 Instant now) {
  switch (fault.kind) {
    case Kind::UsbStall:
      return {usb::Stall{}};
    case Kind::UsbBusError:
      return {usb::BusError{usb::BusError::Kind::NoHandshake}};
    case Kind::UsbBabble:
      return {usb::BusError{usb::BusError::Kind::Babble}};
    case Kind::UsbNever:
      return {usb::NoReply{}};
    case Kind::UsbLost:
      return {usb::Ack{}};
    case Kind::UsbUnplug: {
      const bool returns = fault.delay > Duration{0};
      power_.cut();
      board_.power_off(now);
      leave_bus(now, returns ? std::optional(fault.delay) : std::nullopt);
      return {usb::NoReply{}};
    }
    case Kind::UsbReconnect:
      leave_bus(now, fault.delay);
      return {usb::NoReply{}};
    case Kind::UsbTwice:
      pass(setup, data, now);
      return pass(setup, data, now);
    case Kind::UsbLate: {
      usb::Answer answer = pass(setup, data, now);
      answer.hold += fault.delay;
      return answer;
    }
    default:
      break;
  }
  if (setup.is_device_to_host() || fault.kind != Kind::UsbCorrupt) {
    return alter(pass(setup, data, now), fault);
  }
  Bytes changed(data.begin(), data.end());
  corrupt(changed, fault.offset, fault.bits);
  return pass(setup, changed, now);
}

void FaultyDevice::leave_bus(Instant now, std::optional<Duration> delay) {
  is_off_bus_ = true;
  back_at_.reset();
  if (delay) back_at_ = now + *delay;
}

void FaultyDevice::notice_options() {
  const bool are_unwritten = board_.are_options_unwritten();
  if (are_unwritten && !were_options_unwritten_) cells_.options_erased();
  were_options_unwritten_ = are_unwritten;
}

void FaultyDevice::notice_power_cut(Instant now) {
  if (!power_.is_cut() || is_off_bus_) return;
  board_.power_off(now);
  leave_bus(now, std::nullopt);
}

void FaultyDevice::bus_reset(Instant now) {
  advance(now);
  if (!is_off_bus_) device_.bus_reset(now);
}

void FaultyDevice::advance(Instant now) {
  // Power that somebody else has given back brings the device back as well.
  const bool is_due = back_at_ && *back_at_ <= now;
  const bool has_power_again = is_off_bus_ && !back_at_ && !power_.is_cut();
  if (is_due || has_power_again) {
    is_off_bus_ = false;
    ++returns_;
    if (power_.is_cut()) {
      power_.restore();
      cells_.power_on();
      board_.power_on(*back_at_);
    } else {
      device_.bus_reset(now);
    }
    back_at_.reset();
  }
  if (!power_.is_cut()) device_.advance(now);
  notice_power_cut(now);
}

std::optional<Instant> FaultyDevice::next_event() const {
  return back_at_ ? back_at_ : device_.next_event();
}

}  // namespace dfurig::fault
