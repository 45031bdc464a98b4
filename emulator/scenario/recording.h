// What a scenario's tools sent in a run without faults, as it can be sent again without them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "support/bytes.h"

namespace dfurig::scenario {

struct Recording {
  /// The bytes of each message to the device.
  using Connection = std::vector<Bytes>;

  std::string why_not;  ///< the scenario fails, or what it sends cannot be repeated; empty: neither
  std::vector<std::string> requests;   ///< "DFU_DNLOAD wValue=2 (write)"
  std::uint64_t flash_operations = 0;  ///< units programmed and sectors erased
  std::vector<Connection> connections;
  Bytes answers;  ///< to all of them
  Bytes flash;    ///< at the end

  /// Bytes to the device.
  std::size_t size() const;
  bool operator==(const Recording&) const = default;
};

Bytes encode_recording(const Recording& recording);
/// Absent when these are not the bytes of exactly one recording.
std::optional<Recording> parse_recording(ByteView bytes);

}  // namespace dfurig::scenario
