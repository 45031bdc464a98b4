#include "fault/armed.h"

#include <algorithm>

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

const Fault* Armed::find_if(const std::function<bool(const Fault&)>& meets,
                            const std::string& where) {
  const Fault* found = nullptr;
  for (Entry& entry : entries_) {
    if (!entry.is_armed || !meets(entry.fault)) continue;
    if (!entry.trigger.strikes() || found != nullptr) continue;
    found = &entry.fault;
    record(entry.fault, where);
  }
  return found;
}

const Fault* Armed::find(Seam seam, const std::function<bool(const Fault&)>& meets,
                         const std::string& where) {
  return find_if([&](const Fault& it) { return seam_of(it.kind) == seam && meets(it); }, where);
}

const Fault* Armed::find(Kind kind, const std::function<bool(const Fault&)>& meets,
                         const std::string& where) {
  return find_if([&](const Fault& it) { return it.kind == kind && meets(it); }, where);
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
