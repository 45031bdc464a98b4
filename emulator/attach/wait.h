// One call of the tool's that waits, held until what it waits for has come, or its time.
#pragma once

#include <poll.h>

#include <memory>
#include <optional>
#include <vector>

#include "attach/descriptor_copies.h"
#include "attach/listener.h"
#include "attach/not_emulated.h"
#include "attach/tool_time.h"

namespace dfurig::attach {

/// What waits answer with and look at.
struct WaitContext {
  Listener& listener;
  ToolTime& time;
  DescriptorCopies& copies;
  NotEmulated& not_emulated;
};

class Wait {
 public:
  Wait(const WaitContext& context, const Call& call, Instant deadline)
      : context_(context), call_(call), deadline_(deadline) {}
  virtual ~Wait() = default;
  Wait(const Wait&) = delete;
  Wait& operator=(const Wait&) = delete;

  Instant deadline() const { return deadline_; }
  const Call& call() const { return call_; }
  /// Descriptors of ours that tell when it is worth calling `end_if_ready`.
  virtual std::vector<pollfd> watched() const { return {}; }
  /// Answers the call if what it waits for is there; true then.
  virtual bool end_if_ready() { return false; }
  /// Its time has come.
  virtual void time_out() = 0;
  /// Answers the call if its thread has a signal to handle; true then.
  bool end_if_interrupted();

 protected:
  Listener& listener() { return context_.listener; }
  const ToolTime& time() const { return context_.time; }
  /// The signals that are blocked while it waits, where the call says so.
  void block_signals(std::uint64_t mask) { mask_ = mask; }
  /// Before the call returns early: it says how long it has not waited.
  virtual void tell_rest() {}
  Duration rest() const { return std::max(deadline_ - context_.time.now(), Duration{0}); }

 private:
  WaitContext context_;
  Call call_;
  Instant deadline_;
  std::optional<std::uint64_t> mask_;
};

/// Takes a call that waits for a limited time, and answers or holds it: then it is returned. Null:
/// it is answered, or let through. Only for the calls `is_wait` names.
std::unique_ptr<Wait> take_wait(const WaitContext& context, const Call& call);
bool is_wait(int number);

}  // namespace dfurig::attach
