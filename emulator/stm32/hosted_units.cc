#include "stm32/hosted_units.h"

#include <algorithm>

namespace dfurig::stm32 {

void HostedUnits::add(std::unique_ptr<Unit> unit, RegisterBlock& block, std::size_t position) {
  if (position >= by_position_.size()) by_position_.resize(position + 1);
  if (unit == nullptr) return;
  by_position_[position] = units_.size();
  block.attach(unit.get());
  units_.push_back({std::move(unit), &block, 0, cycle_, 0, {}});
}

void HostedUnits::set_clocks(std::uint64_t hclk_hz, const ClockOf& clock_of) {
  catch_up_all();
  for (Hosted& it : units_) {
    // A part of a tick stays that part, as near as the new HCLK can count it.
    if (hclk_hz_ != 0) it.remainder = it.remainder * hclk_hz / hclk_hz_;
    it.hz = clock_of(*it.block);
  }
  hclk_hz_ = hclk_hz;
  all_touched();
}

void HostedUnits::advance(std::uint64_t cycles) {
  cycle_ += cycles;
  if (!first_event_ || *first_event_ > cycle_) return;
  for (Hosted& it : units_) {
    if (!it.event || *it.event > cycle_) continue;
    catch_up(it);
    find_event(it);
  }
  gather();
}

std::optional<std::uint64_t> HostedUnits::next_event() const {
  if (!first_event_) return std::nullopt;
  return *first_event_ > cycle_ ? *first_event_ - cycle_ : 1;
}

/// Whole seconds apart, so that nothing overflows however long nobody looked.
void HostedUnits::catch_up(Hosted& hosted) {
  const std::uint64_t cycles = cycle_ - hosted.seen;
  hosted.seen = cycle_;
  if (hosted.hz == 0 || hclk_hz_ == 0 || cycles == 0) return;
  const std::uint64_t parts = cycles % hclk_hz_ * hosted.hz + hosted.remainder;
  const std::uint64_t ticks = cycles / hclk_hz_ * hosted.hz + parts / hclk_hz_;
  hosted.remainder = parts % hclk_hz_;
  if (ticks != 0) hosted.unit->advance(ticks);
}

/// The first cycle at which so many ticks have passed.
void HostedUnits::find_event(Hosted& hosted) {
  hosted.event.reset();
  if (hosted.hz == 0 || hclk_hz_ == 0) return;
  const std::optional<std::uint64_t> ticks = hosted.unit->next_event();
  if (!ticks) return;
  const std::uint64_t whole = (*ticks - 1) / hosted.hz;
  const std::uint64_t rest = *ticks - whole * hosted.hz;  // at least 1, so above the remainder
  const std::uint64_t parts = rest * hclk_hz_ - hosted.remainder;
  hosted.event = hosted.seen + whole * hclk_hz_ + (parts + hosted.hz - 1) / hosted.hz;
}

/// Several units may share a line.
void HostedUnits::gather() {
  lines_.reset();
  first_event_.reset();
  for (const Hosted& it : units_) {
    if (it.event) first_event_ = std::min(first_event_.value_or(*it.event), *it.event);
    const std::vector<unsigned>& positions = it.block->spec().interrupts;
    const std::uint32_t levels = it.unit->interrupts();
    for (std::size_t i = 0; i < positions.size() && levels >> i != 0; ++i) {
      if ((levels >> i & 1) != 0) lines_.set(positions[i]);
    }
  }
}

void HostedUnits::catch_up(std::size_t position) {
  if (position < by_position_.size() && by_position_[position]) {
    catch_up(units_[*by_position_[position]]);
  }
}

void HostedUnits::touched(std::size_t position) {
  if (position >= by_position_.size() || !by_position_[position]) return;
  find_event(units_[*by_position_[position]]);
  gather();
}

void HostedUnits::catch_up_all() {
  for (Hosted& it : units_) catch_up(it);
}

void HostedUnits::all_touched() {
  for (Hosted& it : units_) find_event(it);
  gather();
}

void HostedUnits::pins_changed() {
  if (units_.empty()) return;
  catch_up_all();
  for (Hosted& it : units_) it.unit->pins_changed();
  all_touched();
}

}  // namespace dfurig::stm32
