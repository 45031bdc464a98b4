// The byte stream of one run, and what becomes of the device when it is split or cut elsewhere.
#pragma once

#include <string>
#include <vector>

#include "scenario/sweep.h"
#include "usb/transcript.h"

namespace dfurig::scenario {

/// What the tools of a scenario sent in a run without faults, connection by connection, as it can
/// be sent again without them.
class Stream {
 public:
  /// Runs the scenario once. `scenario` must outlive it.
  Stream(const Scenario& scenario, const RunOptions& options);

  /// The scenario fails, or what it sends cannot be repeated; empty: all is well.
  const std::string& why_not() const { return why_not_; }
  const std::vector<usb::Transfer>& transfers() const { return transfers_; }
  /// Units programmed and sectors erased.
  std::size_t flash_operations() const { return flash_operations_; }
  /// Bytes to the device.
  std::size_t size() const;

  /// The byte at `at` comes in a piece of its own: the answers must be the same.
  Verdict split_at(std::size_t at) const;
  /// The connection ends before the byte at `at`; then all is sent again after a power-on.
  Verdict cut_at(std::size_t at) const;

 private:
  using Connection = std::vector<Bytes>;
  /// Sends everything to a device of its own, split before byte `split` and ended before byte
  /// `end`; returns all that came back.
  Bytes send(class Bench& bench, std::size_t split, std::size_t end) const;

  const Scenario& scenario_;
  RunOptions options_;
  std::string why_not_;
  std::vector<Connection> connections_;
  std::vector<usb::Transfer> transfers_;
  std::size_t flash_operations_ = 0;
  Bytes answers_;
  Bytes flash_;  ///< at the end
};

}  // namespace dfurig::scenario
