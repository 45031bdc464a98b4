#include "fault/armed.h"

#include <algorithm>
#include <cstdint>

namespace dfurig::fault {

void Armed::add(const Fault& fault) {
  // Each has a die of its own: one more fault changes nothing for the others.
  entries_.push_back({fault, Trigger(fault.occasion, seed_ + entries_.size())});
}

void Armed::disarm() {
  for (Entry& entry : entries_) entry.is_armed = false;
}

void Armed::record(const Fault& fault, const std::string& where) {
  const auto known = std::ranges::find(strikes_, fault.place, &Strike::place);
  if (known != strikes_.end()) {
    ++known->times;
    return;
  }
  strikes_.push_back({fault.place, std::string(info_of(fault.kind).name) + " at " + where});
}

/// Counts for every fault that the condition was met.
std::vector<const Fault*> Armed::strike(const Condition& meets, const std::string& where,
                                        std::size_t most) {
  std::vector<const Fault*> struck;
  for (Entry& entry : entries_) {
    if (!entry.is_armed || !meets(entry.fault)) continue;
    if (!entry.trigger.is_due() || struck.size() == most) continue;
    entry.trigger.strike();
    struck.push_back(&entry.fault);
    record(entry.fault, where);
  }
  return struck;
}

const Fault* Armed::find(Seam seam, const Condition& meets, const std::string& where) {
  const auto struck =
      strike([&](const Fault& it) { return seam_of(it.kind) == seam && meets(it); }, where, 1);
  return struck.empty() ? nullptr : struck.front();
}

const Fault* Armed::find(Kind kind, const Condition& meets, const std::string& where) {
  const auto struck =
      strike([&](const Fault& it) { return it.kind == kind && meets(it); }, where, 1);
  return struck.empty() ? nullptr : struck.front();
}

std::vector<const Fault*> Armed::find_all(Kind kind, const Condition& meets,
                                          const std::string& where) {
  return strike([&](const Fault& it) { return it.kind == kind && meets(it); }, where, SIZE_MAX);
}

std::uint64_t Armed::met(Kind kind) const {
  std::uint64_t met = 0;
  for (const Entry& entry : entries_) met += entry.fault.kind == kind ? entry.trigger.met() : 0;
  return met;
}

std::vector<const Fault*> Armed::missed() const {
  std::vector<const Fault*> faults;
  for (const Entry& entry : entries_) {
    const bool is_fine = entry.fault.may_miss || entry.trigger.struck() > 0;
    if (!is_fine) faults.push_back(&entry.fault);
  }
  return faults;
}

}  // namespace dfurig::fault
