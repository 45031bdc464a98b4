// The units of one chip: each counts its own clock while HCLK passes.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "stm32/bus.h"
#include "stm32/register_block.h"
#include "stm32/unit.h"

namespace dfurig::stm32 {

/// Units lag behind until somebody looks at them or their next event is due: time costs nothing
/// meanwhile, and no tick is lost or gained by rounding.
class HostedUnits {
 public:
  /// The unit of `block`, the one at that position among the chip's; null: it has none.
  void add(std::unique_ptr<Unit> unit, RegisterBlock& block, std::size_t position);
  bool is_empty() const { return units_.empty(); }

  /// What runs a unit from now on: a clock of so many Hz, or none; it is caught up before.
  using ClockOf = std::function<std::uint64_t(const RegisterBlock& block)>;
  void set_clocks(std::uint64_t hclk_hz, const ClockOf& clock_of);

  void advance(std::uint64_t cycles);
  /// Cycles of HCLK, at least 1, until the first of the units changes by itself.
  std::optional<std::uint64_t> next_event() const;
  const InterruptLines& lines() const { return lines_; }

  /// Before software or a debugger comes to the block at `position`.
  void catch_up(std::size_t position);
  /// After software was there.
  void touched(std::size_t position);
  void catch_up_all();
  /// After something touched several: a reset, a clock.
  void all_touched();
  void pins_changed();

 private:
  struct Hosted {
    std::unique_ptr<Unit> unit;
    RegisterBlock* block = nullptr;
    std::uint64_t hz = 0;                ///< 0: stands
    std::uint64_t seen = 0;              ///< the cycle it has come to
    std::uint64_t remainder = 0;         ///< of a tick, in 1 / HCLK
    std::optional<std::uint64_t> event;  ///< cycle
  };

  void catch_up(Hosted& hosted);
  void find_event(Hosted& hosted);
  void gather();

  std::vector<Hosted> units_;
  std::vector<std::optional<std::size_t>> by_position_;
  std::uint64_t hclk_hz_ = 0;
  std::uint64_t cycle_ = 0;
  std::optional<std::uint64_t> first_event_;
  InterruptLines lines_;
};

}  // namespace dfurig::stm32
