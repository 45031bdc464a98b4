#include "fault/faulty_bootloader.h"

namespace dfurig::fault {
namespace {

using dfu::State;
using dfu::Status;

usb::Answer status_answer(Status status, std::uint32_t poll_ms, State state, Duration hold = {}) {
  return {usb::DataStage{dfu::encode_status_reply({status, poll_ms, state, 0})}, hold};
}

/// What an answer to DFU_GETSTATUS says; absent: it is none.
std::optional<dfu::StatusReply> find_status(const usb::SetupPacket& setup,
                                            const usb::Answer& answer) {
  const auto* stage = std::get_if<usb::DataStage>(&answer.reply);
  const bool is_status = setup.bRequest == dfu::DFU_GETSTATUS && stage != nullptr &&
                         stage->data.size() == dfu::status_reply_size;
  return is_status ? std::optional(dfu::parse_status_reply(stage->data)) : std::nullopt;
}

usb::SetupPacket request(std::uint8_t bRequest) {
  return {0x21, bRequest, 0, 0, 0};
}

bool is_leave_fault(Kind kind) {
  return kind == Kind::BootloaderIgnoresLeave || kind == Kind::BootloaderLeavesUnseen ||
         kind == Kind::BootloaderLeavesLate || kind == Kind::BootloaderResets ||
         kind == Kind::BootloaderHangs;
}

}  // namespace

dfu::State FaultyBootloader::state() const {
  if (error_) return State::dfuERROR;
  return wedged_poll_ms_ ? State::dfuDNBUSY : bootloader_->state();
}

dfu::Status FaultyBootloader::status() const {
  return error_.value_or(bootloader_->status());
}

usb::Answer FaultyBootloader::control(const usb::SetupPacket& setup, ByteView data, Instant now) {
  watcher_.see(setup, data);
  if (wedged_poll_ms_) return answer_wedged(setup);
  if (error_) return answer_in_error(setup, now);
  const Fault* fault = armed_.find(
      Seam::Bootloader,
      [&](const Fault& it) {
        const bool has_own_time =
            is_leave_fault(it.kind) || it.kind == Kind::BootloaderLeavesAtBusReset;
        return !has_own_time && watcher_.meets(it.request);
      },
      watcher_.text());
  usb::Answer answer =
      fault != nullptr ? strike(*fault, setup, data, now) : bootloader_->control(setup, data, now);
  if (const auto reply = find_status(setup, answer)) last_poll_ms_ = reply->bwPollTimeout;
  if (is_busy_for_ever_ && !wedged_poll_ms_) wedged_poll_ms_ = last_poll_ms_;
  if (!wedged_poll_ms_) follow_departure();
  return answer;
}

usb::Answer FaultyBootloader::strike(const Fault& fault, const usb::SetupPacket& setup,
                                     ByteView data, Instant now) {
  if (fault.kind == Kind::BootloaderWedge) {
    wedged_poll_ms_ = fault.poll_ms.value_or(last_poll_ms_);
    return answer_wedged(setup);
  }
  if (fault.kind == Kind::BootloaderError) {
    return go_to_error(fault.status.value_or(Status::errUNKNOWN), setup, now);
  }
  usb::Answer answer = bootloader_->control(setup, data, now);
  const auto reply = find_status(setup, answer);
  if (!reply) return answer;
  return status_answer(fault.status.value_or(reply->bStatus),
                       fault.poll_ms.value_or(reply->bwPollTimeout),
                       fault.state.value_or(reply->bState), answer.hold);
}

/// What it was asked for last does not happen.
usb::Answer FaultyBootloader::go_to_error(Status status, const usb::SetupPacket& setup,
                                          Instant now) {
  error_ = status;
  bootloader_->control(request(dfu::DFU_ABORT), {}, now);
  if (setup.bRequest == dfu::DFU_GETSTATUS) return answer_in_error(setup, now);
  return {usb::Stall{}};
}

/// DFU 1.1 §A.2.11: out of dfuERROR leads DFU_CLRSTATUS alone.
usb::Answer FaultyBootloader::answer_in_error(const usb::SetupPacket& setup, Instant now) {
  switch (setup.bRequest) {
    case dfu::DFU_GETSTATUS:
      return status_answer(*error_, 0, State::dfuERROR);
    case dfu::DFU_GETSTATE:
      return {usb::DataStage{Bytes{static_cast<std::uint8_t>(State::dfuERROR)}}};
    case dfu::DFU_CLRSTATUS:
      error_.reset();
      if (bootloader_->state() == State::dfuERROR) return bootloader_->control(setup, {}, now);
      return {usb::Ack{}};
    default:
      return {usb::Stall{}};
  }
}

usb::Answer FaultyBootloader::answer_wedged(const usb::SetupPacket& setup) const {
  switch (setup.bRequest) {
    case dfu::DFU_GETSTATUS:
      return status_answer(Status::OK, *wedged_poll_ms_, State::dfuDNBUSY);
    case dfu::DFU_GETSTATE:
      return {usb::DataStage{Bytes{static_cast<std::uint8_t>(State::dfuDNBUSY)}}};
    default:
      return {usb::Stall{}};
  }
}

void FaultyBootloader::bus_reset() {
  bootloader_->bus_reset();
  const Fault* fault = armed_.find(
      Kind::BootloaderLeavesAtBusReset, [](const Fault&) { return true; }, "a bus reset");
  if (fault != nullptr) departure_ = dfu::Departure{dfu::Departure::Kind::LeaveByReset, 0, {}};
}

/// Looks once at each departure that the bootloader begins.
void FaultyBootloader::follow_departure() {
  if (!bootloader_->departure() || was_departure_seen_) return;
  was_departure_seen_ = true;
  departure_ = bootloader_->departure();
  change_departure();
}

void FaultyBootloader::change_departure() {
  using Departs = dfu::Departure::Kind;
  const bool is_leave =
      departure_->kind == Departs::Jump || departure_->kind == Departs::LeaveByReset;
  if (!is_leave) return;
  const Fault* fault = armed_.find(
      Seam::Bootloader,
      [&](const Fault& it) { return is_leave_fault(it.kind) && watcher_.meets(it.request); },
      "Leave");
  if (fault == nullptr) return;
  if (fault->kind == Kind::BootloaderIgnoresLeave) departure_.reset();
  if (fault->kind == Kind::BootloaderLeavesUnseen) departure_->is_seen = false;
  if (fault->kind == Kind::BootloaderLeavesLate) departure_->due += fault->delay;
  if (fault->kind == Kind::BootloaderResets) departure_->kind = Departs::LeaveByReset;
  if (fault->kind == Kind::BootloaderHangs) departure_->kind = Departs::Stuck;
}

}  // namespace dfurig::fault
