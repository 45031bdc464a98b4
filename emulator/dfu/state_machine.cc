#include "dfu/state_machine.h"

namespace dfurig::dfu {
namespace {

Transition to(State state) {
  return {false, state, Status::OK};
}
Transition stay(State state, Status status) {
  return {false, state, status};
}
/// "Device stalls the control pipe", DFU mode.
Transition stall_to_error() {
  return {true, State::dfuERROR, Status::errSTALLEDPKT};
}

// DFU 1.1 §A.2.1
Transition in_app_idle(Event event) {
  switch (event) {
    case Event::Detach:
      return to(State::appDETACH);
    case Event::Getstatus:
    case Event::Getstate:
      return to(State::appIDLE);
    default:
      return {true, State::appIDLE, Status::OK};
  }
}

// DFU 1.1 §A.2.2
Transition in_app_detach(Event event) {
  if (event == Event::Getstatus || event == Event::Getstate) return to(State::appDETACH);
  return {true, State::appIDLE, Status::OK};
}

// DFU 1.1 §A.2.3
Transition in_idle(Event event, const Deviations& deviations) {
  switch (event) {
    case Event::Dnload:
      return to(State::dfuDNLOAD_SYNC);
    case Event::DnloadZero:
      return deviations.leaves_from_idle ? to(State::dfuMANIFEST_SYNC) : stall_to_error();
    case Event::Upload:
      return to(State::dfuUPLOAD_IDLE);
    case Event::Abort:
      return to(State::dfuIDLE);
    default:
      return stall_to_error();
  }
}

// DFU 1.1 §A.2.4
Transition in_dnload_sync(Event event) {
  if (event == Event::Getstatus) return to(State::dfuDNBUSY);
  if (event == Event::Abort) return to(State::dfuIDLE);
  return stall_to_error();
}

// DFU 1.1 §A.2.5
Transition in_dnbusy(Event event, const Deviations& deviations) {
  if (event == Event::Getstatus && deviations.answers_getstatus_in_dnbusy) {
    return to(State::dfuDNLOAD_IDLE);
  }
  return stall_to_error();
}

// DFU 1.1 §A.2.6
Transition in_dnload_idle(Event event) {
  switch (event) {
    case Event::Dnload:
      return to(State::dfuDNLOAD_SYNC);
    case Event::DnloadZero:
      return to(State::dfuMANIFEST_SYNC);
    case Event::Abort:
      return to(State::dfuIDLE);
    default:
      return stall_to_error();
  }
}

// DFU 1.1 §A.2.7
Transition in_manifest_sync(Event event) {
  if (event == Event::Getstatus) return to(State::dfuMANIFEST);
  if (event == Event::Abort) return to(State::dfuIDLE);
  return stall_to_error();
}

// DFU 1.1 §A.2.10; a short frame ends the upload, which only the data can tell
Transition in_upload_idle(Event event) {
  if (event == Event::Upload) return to(State::dfuUPLOAD_IDLE);
  if (event == Event::Abort) return to(State::dfuIDLE);
  return stall_to_error();
}

// DFU 1.1 §A.2.11
Transition in_error(Event event) {
  if (event == Event::Clrstatus) return to(State::dfuIDLE);
  return stall_to_error();
}

Transition clrstatus_outside_error(ClrstatusOutsideError policy) {
  switch (policy) {
    case ClrstatusOutsideError::ErrorUnknown:
      return {false, State::dfuERROR, Status::errUNKNOWN};
    case ClrstatusOutsideError::ToIdle:
      return to(State::dfuIDLE);
    case ClrstatusOutsideError::Stall:
      return stall_to_error();
  }
  return stall_to_error();
}

bool is_dfu_mode(State state) {
  return state != State::appIDLE && state != State::appDETACH;
}

/// States in which the device does not have to listen: §A.2.5, §A.2.8, §A.2.9.
bool is_deaf(State state) {
  return state == State::dfuDNBUSY || state == State::dfuMANIFEST ||
         state == State::dfuMANIFEST_WAIT_RESET;
}

}  // namespace

Transition transition(State state, Status status, Event event, const Deviations& deviations) {
  const bool only_looks =
      event == Event::Getstate || (event == Event::Getstatus && state != State::dfuDNLOAD_SYNC &&
                                   state != State::dfuMANIFEST_SYNC);
  if (only_looks && is_dfu_mode(state) && !is_deaf(state)) return stay(state, status);
  const bool clears = event == Event::Clrstatus && is_dfu_mode(state) && state != State::dfuERROR &&
                      state != State::dfuMANIFEST && state != State::dfuMANIFEST_WAIT_RESET;
  if (clears) return clrstatus_outside_error(deviations.clrstatus_outside_error);
  switch (state) {
    case State::appIDLE:
      return in_app_idle(event);
    case State::appDETACH:
      return in_app_detach(event);
    case State::dfuIDLE:
      return in_idle(event, deviations);
    case State::dfuDNLOAD_SYNC:
      return in_dnload_sync(event);
    case State::dfuDNBUSY:
      return in_dnbusy(event, deviations);
    case State::dfuDNLOAD_IDLE:
      return in_dnload_idle(event);
    case State::dfuMANIFEST_SYNC:
      return in_manifest_sync(event);
    case State::dfuMANIFEST:
    case State::dfuMANIFEST_WAIT_RESET:
      return stall_to_error();
    case State::dfuUPLOAD_IDLE:
      return in_upload_idle(event);
    case State::dfuERROR:
      return in_error(event);
  }
  return stall_to_error();
}

std::optional<Event> find_event(std::uint8_t bRequest, std::uint16_t wLength) {
  switch (bRequest) {
    case DFU_DETACH:
      return Event::Detach;
    case DFU_DNLOAD:
      return wLength == 0 ? Event::DnloadZero : Event::Dnload;
    case DFU_UPLOAD:
      return Event::Upload;
    case DFU_GETSTATUS:
      return Event::Getstatus;
    case DFU_CLRSTATUS:
      return Event::Clrstatus;
    case DFU_GETSTATE:
      return Event::Getstate;
    case DFU_ABORT:
      return Event::Abort;
    default:
      return std::nullopt;
  }
}

}  // namespace dfurig::dfu
