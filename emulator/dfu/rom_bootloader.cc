#include "dfu/rom_bootloader.h"

#include <algorithm>
#include <cassert>
#include <utility>

namespace dfurig::dfu {
namespace {

Duration milliseconds(std::uint32_t ms) {
  return std::chrono::milliseconds(ms);
}

const Timing& timing_of(const Operation& operation, const Timings& timings) {
  struct Visitor {
    const Timings& timings;
    const Timing& operator()(const SetAddress&) const { return timings.set_address; }
    const Timing& operator()(const EraseSector&) const { return timings.erase_sector; }
    const Timing& operator()(const MassErase&) const { return timings.mass_erase; }
    const Timing& operator()(const ReadUnprotect&) const { return timings.read_unprotect; }
    const Timing& operator()(const WriteMemory&) const { return timings.program; }
    const Timing& operator()(const Leave&) const { return timings.leave; }
  };
  return std::visit(Visitor{timings}, operation);
}

bool is_device_to_host(Event event) {
  return event == Event::Upload || event == Event::Getstatus || event == Event::Getstate;
}

}  // namespace

RomBootloader::RomBootloader(const BootloaderSpec& spec, stm32::Chip& chip)
    : spec_(spec),
      memory_(spec, chip),
      deviations_{true, true, spec.clrstatus_outside_error},
      state_(spec.start_state == StartState::Idle ? State::dfuIDLE : State::dfuERROR),
      status_(spec.start_state == StartState::Idle ? Status::OK : Status::errFIRMWARE) {}

void RomBootloader::bus_reset() {
  if (departure_) return;
  state_ = State::dfuIDLE;
  status_ = Status::OK;
  pending_.reset();
}

usb::Answer RomBootloader::control(const usb::SetupPacket& setup, ByteView data, Instant now) {
  const std::optional<Event> event = find_event(setup.bRequest, setup.wLength);
  if (!event || setup.wIndex != 0 || setup.is_device_to_host() != is_device_to_host(*event)) {
    return stall_with(Status::errSTALLEDPKT);
  }
  const Transition next = transition(state_, status_, *event, deviations_);
  if (next.stalls) {
    state_ = next.state;
    status_ = next.status;
    return {usb::Stall{}};
  }
  switch (*event) {
    case Event::Dnload:
    case Event::DnloadZero:
      return dnload(setup, data, next);
    case Event::Upload:
      return upload(setup, next);
    case Event::Getstatus:
      return getstatus(next, now);
    case Event::Getstate:
      return {usb::DataStage{Bytes{static_cast<std::uint8_t>(state_)}}};
    case Event::Clrstatus:
    case Event::Abort:
    case Event::Detach:
      break;
  }
  state_ = next.state;
  status_ = next.status;
  pending_.reset();
  return {usb::Ack{}};
}

usb::Answer RomBootloader::dnload(const usb::SetupPacket& setup, ByteView data,
                                  const Transition& next) {
  if (data.size() > spec_.wTransferSize) return stall_with(Status::errSTALLEDPKT);
  std::optional<Operation> operation = parse_operation(setup.wValue, data);
  if (!operation || !is_known_command(setup.wValue, data)) {
    return stall_with(Status::errSTALLEDPKT);
  }
  pending_ = std::move(operation);
  state_ = next.state;
  status_ = next.status;
  return {usb::Ack{}};
}

/// AN3156 §4.2: what Get does not list is not there, as Read Unprotect on the H5.
bool RomBootloader::is_known_command(std::uint16_t wBlockNum, ByteView data) const {
  const auto& commands = spec_.get_commands;
  return wBlockNum != 0 || data.empty() ||
         std::find(commands.begin(), commands.end(), data[0]) != commands.end();
}

usb::Answer RomBootloader::upload(const usb::SetupPacket& setup, const Transition& next) {
  if (setup.wValue == 1 || setup.wLength > spec_.wTransferSize) {
    return stall_with(Status::errSTALLEDPKT);
  }
  Bytes data = spec_.get_commands;
  if (setup.wValue >= 2) {
    data.resize(setup.wLength);
    const Status status = memory_.read(setup.wValue, data);
    if (status != Status::OK) return stall_with(status);
  }
  // DFU 1.1 §A.2.10: a short frame ends the upload.
  state_ = data.size() < setup.wLength ? State::dfuIDLE : next.state;
  status_ = Status::OK;
  return {usb::DataStage{std::move(data)}};
}

usb::Answer RomBootloader::getstatus(const Transition& next, Instant now) {
  switch (next.state) {
    case State::dfuDNBUSY:
      return start_operation(now);
    case State::dfuMANIFEST:
      return start_leave(now);
    case State::dfuDNLOAD_IDLE:
      if (state_ == State::dfuDNBUSY) return finish_operation(now);
      return status_answer(0);
    default:
      return status_answer(0);
  }
}

usb::Answer RomBootloader::start_operation(Instant now) {
  assert(pending_);
  const Operation operation = *std::exchange(pending_, std::nullopt);
  running_ = timing_of(operation, spec_.timings);
  busy_until_ = now + milliseconds(running_.busy_ms);
  outcome_ = memory_.run(operation);
  was_address_set_ = std::holds_alternative<SetAddress>(operation);
  if (outcome_.resets) departure_ = Departure{Departure::Kind::Reset, 0, busy_until_};
  state_ = State::dfuDNBUSY;
  status_ = Status::OK;
  return status_answer(running_.poll_ms);
}

usb::Answer RomBootloader::finish_operation(Instant now) {
  if (departure_) return {usb::NoReply{}};  // the reset comes first: there is no second GETSTATUS
  const bool is_busy = now < busy_until_;
  if (outcome_.wedges) return status_answer(running_.poll_ms);
  if (is_busy && spec_.while_busy == WhileBusy::Stall) return {usb::Stall{}};
  if (is_busy && spec_.while_busy == WhileBusy::DnbusyAgain) {
    return status_answer(running_.poll_ms);
  }
  state_ = outcome_.status == Status::OK ? State::dfuDNLOAD_IDLE : State::dfuERROR;
  status_ = outcome_.status;
  return status_answer(0, is_busy ? busy_until_ - now : Duration{0});
}

usb::Answer RomBootloader::start_leave(Instant now) {
  pending_.reset();
  if (spec_.leave_needs == LeaveNeeds::AddressCommand && !was_address_set_) {
    state_ = State::dfuERROR;
    status_ = Status::errUNKNOWN;  // which one it is, the report does not tell
    return status_answer(0);
  }
  const Timing& timing = spec_.timings.leave;
  const bool stays = spec_.defects.count(Defect::LeaveStaysInRom) != 0;
  departure_ = Departure{stays ? Departure::Kind::Stuck : Departure::Kind::Jump,
                         memory_.address_pointer(), now + milliseconds(timing.busy_ms)};
  state_ = State::dfuMANIFEST;
  status_ = Status::OK;
  if (spec_.leave_reply == LeaveReply::Lost) return {usb::NoReply{}};
  return status_answer(timing.poll_ms);
}

usb::Answer RomBootloader::stall_with(Status status) {
  state_ = State::dfuERROR;
  status_ = status;
  pending_.reset();
  return {usb::Stall{}};
}

usb::Answer RomBootloader::status_answer(std::uint32_t poll_ms, Duration hold) const {
  return {usb::DataStage{encode_status_reply({status_, poll_ms, state_, 0})}, hold};
}

}  // namespace dfurig::dfu
