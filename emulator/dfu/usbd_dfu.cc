#include "dfu/usbd_dfu.h"

#include <algorithm>

#include "dfu/dfuse.h"

namespace dfurig::dfu {
namespace {

using stm32::MemoryStatus;

constexpr std::uint8_t bitManifestationTolerant = 1u << 2;
constexpr std::uint8_t bitWillDetach = 1u << 3;
constexpr std::uint32_t manifest_poll_ms = 1;  // DFU_GetStatus, DFU_STATE_MANIFEST_SYNC
constexpr std::uint8_t last_interface = 1;     // USBD_StdItfReq, USBD_MAX_NUM_INTERFACES

Duration milliseconds(std::uint32_t ms) {
  return std::chrono::milliseconds(ms);
}

Transition to(State state, Status status) {
  return {false, state, status};
}
Transition stall_in(State state, Status status) {
  return {true, state, status};
}

bool takes_download(State state) {
  return state == State::dfuIDLE || state == State::dfuDNLOAD_IDLE;
}
bool takes_upload(State state) {
  return state == State::dfuIDLE || state == State::dfuUPLOAD_IDLE;
}
/// The states DFU_Abort and DFU_Detach list.
bool takes_abort(State state) {
  return takes_download(state) || takes_upload(state) || state == State::dfuDNLOAD_SYNC ||
         state == State::dfuMANIFEST_SYNC;
}

// DFU_GetStatus
Transition on_getstatus(State state, Status status, const UsbdMemory& memory) {
  if (state == State::dfuDNLOAD_SYNC) {
    return to(memory.has_block ? State::dfuDNBUSY : State::dfuDNLOAD_IDLE, status);
  }
  if (state == State::dfuMANIFEST_SYNC && memory.manifest_in_progress) {
    return to(State::dfuMANIFEST, status);
  }
  if (state == State::dfuMANIFEST_SYNC && memory.is_manifestation_tolerant) {
    return to(State::dfuIDLE, status);
  }
  return to(state, status);
}

bool is_device_to_host(Event event) {
  return event == Event::Upload || event == Event::Getstatus || event == Event::Getstate;
}

std::uint32_t address_in(ByteView command) {
  return ByteReader(command.subspan(1)).u32le();
}

}  // namespace

Transition usbd_transition(State state, Status status, Event event, const UsbdMemory& memory) {
  switch (event) {
    case Event::Dnload:
      if (takes_download(state)) return to(State::dfuDNLOAD_SYNC, status);
      return stall_in(state, status);
    case Event::DnloadZero:
      if (takes_download(state)) return to(State::dfuMANIFEST_SYNC, status);
      return stall_in(state, status);
    case Event::Upload:
      if (takes_upload(state)) return to(State::dfuUPLOAD_IDLE, status);
      return stall_in(state, status);
    case Event::Getstatus:
      return on_getstatus(state, status, memory);
    case Event::Getstate:
      return to(state, status);
    case Event::Clrstatus:
      if (state == State::dfuERROR) return to(State::dfuIDLE, Status::OK);
      return to(State::dfuERROR, Status::errUNKNOWN);
    case Event::Abort:
    case Event::Detach:
      return takes_abort(state) ? to(State::dfuIDLE, Status::OK) : to(state, status);
  }
  return stall_in(state, status);
}

UsbdDfu::UsbdDfu(const BootloaderSpec& spec, stm32::Chip& chip)
    : spec_(spec),
      chip_(chip),
      data_ptr_(spec.usbd.application_address),
      buffer_(spec.wTransferSize, 0) {}

void UsbdDfu::bus_reset() {
  if (departure_ || has_faulted_) return;
  move_to(State::dfuIDLE, Status::OK);
  forget_block();
  manifest_in_progress_ = false;
  data_ptr_ = spec_.usbd.application_address;
}

/// While the interrupt routine erases or programs, the core NAKs: what comes next is held.
usb::Answer UsbdDfu::control(const usb::SetupPacket& setup, ByteView data, Instant now) {
  if (departure_ || has_faulted_) return {usb::NoReply{}};
  const Instant start = std::max(now, busy_until_);
  usb::Answer answer = request(setup, data, start);
  answer.hold += start - now;
  return answer;
}

usb::Answer UsbdDfu::request(const usb::SetupPacket& setup, ByteView data, Instant start) {
  const std::optional<Event> event = find_event(setup.bRequest, setup.wLength);
  const bool is_ours = event && (setup.wIndex & 0xFF) <= last_interface &&
                       setup.is_device_to_host() == is_device_to_host(*event);
  if (!is_ours) return {usb::Stall{}};
  const bool is_tolerant = (spec_.dfu_bmAttributes & bitManifestationTolerant) != 0;
  const Transition next =
      usbd_transition(state_, status_, *event, {wlength_ != 0, manifest_in_progress_, is_tolerant});
  switch (*event) {
    case Event::Dnload:
    case Event::DnloadZero:
      return dnload(setup, data, next);
    case Event::Upload:
      return upload(setup, next);
    case Event::Getstatus:
      return getstatus(next, start);
    case Event::Getstate:
      return {usb::DataStage{Bytes{static_cast<std::uint8_t>(state_)}}};
    case Event::Clrstatus:
      move_to(next.state, next.status);
      return {usb::Ack{}};
    case Event::Abort:
      if (takes_abort(state_)) abort_to(next);
      return {usb::Ack{}};
    case Event::Detach:
      return detach(setup, next, start);
  }
  return {usb::Stall{}};
}

usb::Answer UsbdDfu::dnload(const usb::SetupPacket& setup, ByteView data, const Transition& next) {
  if (next.stalls) return {usb::Stall{}};
  state_ = next.state;
  if (setup.wLength == 0) {
    manifest_in_progress_ = true;
    poll_ms_ = 0;
    return {usb::Ack{}};
  }
  wblock_num_ = setup.wValue;
  wlength_ = static_cast<std::uint32_t>(std::min(data.size(), buffer_.size()));
  std::copy_n(data.begin(), wlength_, buffer_.begin());
  return {usb::Ack{}};
}

usb::Answer UsbdDfu::upload(const usb::SetupPacket& setup, const Transition& next) {
  if (setup.wLength == 0) {
    move_to(State::dfuIDLE, status_);
    return {usb::Ack{}};
  }
  if (next.stalls) {
    forget_block();
    return {usb::Stall{}};
  }
  wblock_num_ = setup.wValue;
  wlength_ = std::min<std::uint32_t>(setup.wLength, spec_.wTransferSize);
  if (wblock_num_ == 0) {
    move_to(wlength_ > 3 ? State::dfuIDLE : State::dfuUPLOAD_IDLE, status_);
    return {usb::DataStage{Bytes{GET_COMMANDS, SET_ADDRESS_POINTER, ERASE}}};
  }
  if (wblock_num_ == 1) {
    move_to(usbd_state_after_block_1, status_);
    return {usb::Stall{}};
  }
  move_to(next.state, status_);
  Bytes data(wlength_);
  const std::uint32_t asked = (wblock_num_ - 2u) * spec_.wTransferSize + data_ptr_;
  const std::uint32_t address = are_functions_empty() ? 0 : asked;
  has_faulted_ = chip_.read_mapped(address, data) != MemoryStatus::Ok;
  if (has_faulted_) return {usb::NoReply{}};
  return {usb::DataStage{std::move(data)}};
}

usb::Answer UsbdDfu::getstatus(const Transition& next, Instant start) {
  const bool is_new = state_ != next.state;
  state_ = next.state;
  if (state_ == State::dfuDNBUSY) {
    const Timings& timings = spec_.timings;
    if (is_new) poll_ms_ = is_erase() ? timings.erase_sector.poll_ms : timings.program.poll_ms;
    return run_block(start);
  }
  if (is_new) poll_ms_ = 0;
  return state_ == State::dfuMANIFEST ? manifest(start) : status_answer();
}

/// The reply first; then, in USBD_DFU_EP0_TxReady, the block. One that failed is run again at
/// every DFU_GETSTATUS as long as the state stays dfuDNBUSY.
usb::Answer UsbdDfu::run_block(Instant start) {
  const usb::Answer reply = status_answer();
  const Timings& timings = spec_.timings;
  const bool is_write = wblock_num_ > 1;
  if (is_erase()) busy_until_ = start + milliseconds(timings.erase_sector.busy_ms);
  if (is_write) busy_until_ = start + milliseconds(timings.program.busy_ms);
  const std::uint32_t address = (wblock_num_ - 2u) * spec_.wTransferSize + data_ptr_;
  Outcome outcome = Outcome::Done;  // block 1 is taken and dropped
  if (is_write && !write(address, wlength_)) outcome = Outcome::MediaFailed;
  if (wblock_num_ == 0) outcome = run_command();
  finish(outcome);
  // Called before the status stage, USBD_CtlError stalls it (inferred).
  return outcome == Outcome::LengthRefused ? usb::Answer{usb::Stall{}} : reply;
}

UsbdDfu::Outcome UsbdDfu::run_command() {
  constexpr std::uint32_t command_size = 5;
  const ByteView command = ByteView(buffer_).first(command_size);
  const bool is_old = spec_.usbd.version == UsbdVersion::V2_5;
  // From 2.6 on any single byte passes and does nothing: a mass erase "succeeds".
  if (wlength_ == 1) {
    return is_old && command[0] != GET_COMMANDS ? Outcome::LengthRefused : Outcome::Done;
  }
  if (wlength_ != command_size) return Outcome::LengthRefused;
  switch (command[0]) {
    case SET_ADDRESS_POINTER:
      data_ptr_ = address_in(command);
      return Outcome::Done;
    case ERASE:
      // Until 2.11.1 Erase moves the address pointer.
      if (is_old) data_ptr_ = address_in(command);
      return erase(address_in(command)) ? Outcome::Done : Outcome::MediaFailed;
    default:
      return is_old ? Outcome::LengthRefused : Outcome::NotACommand;
  }
}

void UsbdDfu::finish(Outcome outcome) {
  const bool is_old = spec_.usbd.version == UsbdVersion::V2_5;
  if (outcome == Outcome::MediaFailed && !is_old) {
    return move_to(State::dfuERROR, Status::errVENDOR);
  }
  const bool returns_early = outcome == Outcome::MediaFailed || outcome == Outcome::NotACommand;
  if (returns_early) return;  // USBD_FAIL, which nobody looks at: the state stays dfuDNBUSY
  forget_block();
  move_to(State::dfuDNLOAD_SYNC, status_);
}

/// DFU_Leave. Issue 23 of stm32-mw-usb-device: on an L4 USBD_Stop comes before the status stage.
usb::Answer UsbdDfu::manifest(Instant start) {
  poll_ms_ = manifest_poll_ms;
  const usb::Answer reply = status_answer();
  manifest_in_progress_ = false;
  if ((spec_.dfu_bmAttributes & bitManifestationTolerant) != 0) {
    move_to(State::dfuMANIFEST_SYNC, status_);
    return reply;
  }
  move_to(State::dfuMANIFEST_WAIT_RESET, status_);
  departure_ = Departure{Departure::Kind::LeaveByReset, 0, start, spec_.usbd.unplug_is_seen};
  const bool is_lost = spec_.leave_reply == LeaveReply::Lost;
  return is_lost ? usb::Answer{usb::NoReply{}} : reply;
}

usb::Answer UsbdDfu::detach(const usb::SetupPacket& setup, const Transition& next, Instant start) {
  if (takes_abort(state_)) abort_to(next);
  // Until 2.9 DFU_Detach tests bit 4 of wDetachTimeOut, taking it for bmAttributes.
  const bool is_old = spec_.usbd.version == UsbdVersion::V2_5;
  const bool reattaches =
      is_old ? (spec_.wDetachTimeOut & 0x10) != 0 : (spec_.dfu_bmAttributes & bitWillDetach) != 0;
  if (!reattaches) return {usb::Ack{}, milliseconds(setup.wValue)};  // USBD_Delay
  departure_ = Departure{Departure::Kind::Reattach, 0, start, spec_.usbd.unplug_is_seen};
  return {usb::NoReply{}};
}

usb::Answer UsbdDfu::status_answer() const {
  return {usb::DataStage{encode_status_reply({status_, poll_ms_, state_, 0})}};
}

void UsbdDfu::move_to(State state, Status status) {
  state_ = state;
  status_ = status;
  poll_ms_ = 0;
}

void UsbdDfu::abort_to(const Transition& next) {
  move_to(next.state, next.status);
  forget_block();
}

void UsbdDfu::forget_block() {
  wblock_num_ = 0;
  wlength_ = 0;
}

/// DFU_GetStatus looks at the first byte only.
bool UsbdDfu::is_erase() const {
  return wblock_num_ == 0 && buffer_[0] == ERASE;
}

/// ST's examples leave their own area to the layout string; here the media interface refuses.
bool UsbdDfu::is_own(std::uint32_t address) const {
  return address < spec_.usbd.application_address;
}

/// Nothing was written into what STM32CubeMX generates.
bool UsbdDfu::are_functions_empty() const {
  return spec_.usbd.memory_functions == MemoryFunctions::Empty;
}

bool UsbdDfu::erase(std::uint32_t address) {
  if (are_functions_empty()) return true;
  return !is_own(address) && chip_.flash().contains(address, 1) &&
         chip_.erase_sector(address) == MemoryStatus::Ok;
}

/// Flash_If_Write: whole program units, the last filled with what the buffer still holds from
/// earlier blocks; then every unit is compared.
bool UsbdDfu::write(std::uint32_t address, std::uint32_t length) {
  if (are_functions_empty()) return true;
  const std::uint32_t unit = chip_.spec().flash.program_unit;
  const std::size_t whole = (length + unit - 1) / unit * unit;
  const ByteView data = ByteView(buffer_).first(std::min(whole, buffer_.size()));
  const auto size = static_cast<std::uint32_t>(data.size());
  if (is_own(address) || !chip_.flash().contains(address, size)) return false;
  if (chip_.program(address, data) != MemoryStatus::Ok) return false;
  const ByteView written = chip_.flash().view(address, size);
  return std::equal(data.begin(), data.end(), written.begin());
}

}  // namespace dfurig::dfu
