// Faults that wait for their occasion, and a record of those that came.
#pragma once

#include <functional>
#include <list>

#include "fault/fault.h"
#include "fault/trigger.h"

namespace dfurig::fault {

/// A fault struck.
struct Strike {
  std::string place;  ///< the fault's
  std::string what;   ///< "usb.stall at DFU_DNLOAD wValue=7 (write)", of the first time
  std::uint64_t times = 1;
};

/// All faults of a run. One and the same is asked at every seam.
class Armed {
 public:
  explicit Armed(std::uint64_t seed) : seed_(seed) {}
  Armed(const Armed&) = delete;
  Armed& operator=(const Armed&) = delete;

  void add(const Fault& fault);
  /// None that was added so far strikes any more; which did is still known.
  void disarm();

  using Condition = std::function<bool(const Fault&)>;
  /// The first fault at `seam` for which `meets` is true and whose occasion this is; null: none.
  /// It strikes. Others whose occasion this is as well do not, and are missed unless they come
  /// again. `where` is for the record.
  const Fault* find(Seam seam, const Condition& meets, const std::string& where);
  /// Of one kind only.
  const Fault* find(Kind kind, const Condition& meets, const std::string& where);
  /// All of one kind: what one of them does leaves the others to do.
  std::vector<const Fault*> find_all(Kind kind, const Condition& meets, const std::string& where);
  /// How often the conditions of faults of that kind were met.
  std::uint64_t met(Kind kind) const;

  const std::vector<Strike>& strikes() const { return strikes_; }
  /// Those that never struck, and must have.
  std::vector<const Fault*> missed() const;

 private:
  struct Entry {
    Fault fault;
    Trigger trigger;
    bool is_armed = true;
  };
  std::vector<const Fault*> strike(const Condition& meets, const std::string& where,
                                   std::size_t most);
  void record(const Fault& fault, const std::string& where);

  std::uint64_t seed_;
  std::list<Entry> entries_;
  std::vector<Strike> strikes_;
};

}  // namespace dfurig::fault
