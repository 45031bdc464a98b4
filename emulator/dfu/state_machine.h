// DFU 1.1 Appendix A: which request is allowed in which state, and where it leads.
#pragma once

#include <optional>

#include "dfu/bootloader_spec.h"
#include "dfu/dfu.h"

namespace dfurig::dfu {

/// The requests as Appendix A tells them apart: a zero-length DFU_DNLOAD is one of its own.
enum class Event { Detach, Dnload, DnloadZero, Upload, Getstatus, Clrstatus, Getstate, Abort };

/// Where a device departs from Appendix A.
struct Deviations {
  /// A zero-length DFU_DNLOAD in dfuIDLE starts manifestation: DfuSe's Leave (AN3156 §5.5).
  bool leaves_from_idle = false;
  /// DFU_GETSTATUS is answered in dfuDNBUSY, and ends it (AN3156: the second GETSTATUS).
  bool answers_getstatus_in_dnbusy = false;
  ClrstatusOutsideError clrstatus_outside_error = ClrstatusOutsideError::Stall;
  bool operator==(const Deviations&) const = default;
};

struct Transition {
  bool stalls = false;
  State state = State::dfuIDLE;  ///< the next state
  Status status = Status::OK;    ///< what bStatus becomes
  bool operator==(const Transition&) const = default;
};

/// What `event` does in `state` as far as the state alone decides. A device whose operation fails
/// or whose data run short goes elsewhere afterwards. `status` is bStatus now: requests that only
/// look keep it.
Transition transition(State state, Status status, Event event, const Deviations& deviations);

/// The event of a class request; absent when the number is none of DFU 1.1.
std::optional<Event> find_event(std::uint8_t bRequest, std::uint16_t wLength);

}  // namespace dfurig::dfu
