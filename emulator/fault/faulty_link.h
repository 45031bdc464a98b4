// A USB/IP connection whose byte stream fails.
#pragma once

#include <memory>

#include "fault/armed.h"
#include "usbip/link.h"

namespace dfurig::fault {

/// How many bytes went in each direction, over all connections of a run.
struct StreamPositions {
  std::uint64_t to_device = 0;
  std::uint64_t to_host = 0;
};

/// `connector` with every connection made faulty. `armed`, `positions` and `clock` must outlive
/// what it makes.
usbip::Connector faulty_connector(usbip::Connector connector, Armed& armed,
                                  StreamPositions& positions, const Clock& clock);

}  // namespace dfurig::fault
