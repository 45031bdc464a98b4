#include "attach/poll_wait.h"

#include <sys/epoll.h>
#include <sys/syscall.h>
#include <sys/time.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "attach/process_memory.h"

namespace dfurig::attach {
namespace {

/// What a call says about its time-out: where, and how.
struct Kind {
  int number;
  enum Timeout { Milliseconds, Timespec, Timeval } timeout;
  std::size_t timeout_at;  ///< argument
  std::size_t mask_at;     ///< argument; 0: it has none
};

constexpr std::array kinds = {
    Kind{SYS_poll, Kind::Milliseconds, 2, 0},       Kind{SYS_ppoll, Kind::Timespec, 2, 3},
    Kind{SYS_select, Kind::Timeval, 4, 0},          Kind{SYS_pselect6, Kind::Timespec, 4, 5},
    Kind{SYS_epoll_wait, Kind::Milliseconds, 3, 0}, Kind{SYS_epoll_pwait, Kind::Milliseconds, 3, 4},
    Kind{SYS_epoll_pwait2, Kind::Timespec, 3, 4},
};

const Kind* find_kind(int number) {
  const auto* found =
      std::find_if(kinds.begin(), kinds.end(), [&](const Kind& it) { return it.number == number; });
  return found == kinds.end() ? nullptr : found;
}

/// Absent: none, or one the kernel refuses.
std::optional<Duration> read_timeout(const Call& call, const Kind& kind) {
  const std::uint64_t argument = call.arguments[kind.timeout_at];
  if (kind.timeout == Kind::Milliseconds) {
    const auto milliseconds = static_cast<std::int32_t>(argument);
    if (milliseconds < 0) return std::nullopt;
    return std::chrono::milliseconds(milliseconds);
  }
  auto time = read_object<timespec>(call.pid, argument);
  // A timeval has microseconds in the same place, and may have more than a second's.
  if (time && kind.timeout == Kind::Timeval && time->tv_nsec >= 0) {
    time->tv_sec += time->tv_nsec / 1'000'000;
    time->tv_nsec = time->tv_nsec % 1'000'000 * 1000;
  }
  return time ? duration_of(*time) : std::nullopt;
}

/// The signals the call blocks while it waits.
std::optional<std::uint64_t> read_mask(const Call& call, const Kind& kind) {
  if (kind.mask_at == 0) return std::nullopt;
  std::uint64_t address = call.arguments[kind.mask_at];
  if (address != 0 && call.number == SYS_pselect6) {
    address = read_object<std::uint64_t>(call.pid, address).value_or(0);
  }
  return address == 0 ? std::nullopt : read_object<std::uint64_t>(call.pid, address);
}

class PollWait : public Wait {
 public:
  PollWait(const WaitContext& context, const Call& call, const Kind& kind, Duration timeout)
      : Wait(context, call, context.time.now() + timeout), kind_(kind) {
    if (const auto mask = read_mask(call, kind)) block_signals(*mask);
  }

  std::vector<pollfd> watched() const override { return polled_; }
  /// Reads what is to be watched: `add`. 0, or why it cannot be.
  virtual int read_descriptors() = 0;
  const std::vector<int>& numbers() const { return numbers_; }
  /// Of `numbers`, in their order. 0, or why they cannot be watched.
  int take_copies(DescriptorCopyList copies) {
    for (std::size_t i = 0; i < copies.size(); ++i) {
      DescriptorCopy& it = copies[i];
      if (it.error == EBADF && is_unopened_reported()) {
        polled_[places_[i]].fd = not_open;
        continue;
      }
      if (it.error != 0) return it.error;
      if (is_signalfd(it.file.get())) return EOPNOTSUPP;
      polled_[places_[i]].fd = it.file.get();
      copies_.push_back(std::move(it.file));
    }
    return 0;
  }
  void time_out() override {
    tell_rest();
    listener().reply(call(), finish());
  }
  bool end_if_ready() override {
    if (!look()) return false;
    tell_rest();
    listener().reply(call(), finish());
    return true;
  }

 protected:
  /// True when something is ready.
  virtual bool look() { return ::poll(polled_.data(), polled_.size(), 0) > 0; }
  /// Writes what is ready into the tool; the call's result.
  virtual Result finish() = 0;

  /// POLLNVAL at once, as ours for a number we do not have; else the kernel refuses the call.
  virtual bool is_unopened_reported() const { return false; }

  /// Negative as poll() takes it: not looked at.
  void add(int descriptor, short events) {
    if (descriptor >= 0) {
      numbers_.push_back(descriptor);
      places_.push_back(polled_.size());
    }
    polled_.push_back({-1, events, 0});
  }
  std::vector<pollfd>& polled() { return polled_; }

  /// As the kernel does it (fs/select.c, poll_select_finish).
  void tell_rest() override {
    const std::uint64_t address = call().arguments[kind_.timeout_at];
    timespec left = timespec_of(rest());
    if (kind_.timeout == Kind::Milliseconds || call().number == SYS_epoll_pwait2) return;
    if (kind_.timeout == Kind::Timeval) left.tv_nsec /= 1000;
    write_object(call().pid, address, left);
  }

 private:
  static constexpr int not_open = 1 << 30;

  const Kind& kind_;
  std::vector<int> numbers_;         ///< the tool's
  std::vector<std::size_t> places_;  ///< where in `polled_` those of `numbers_` are
  std::vector<Descriptor> copies_;
  std::vector<pollfd> polled_;
};

/// poll, ppoll
class Poll : public PollWait {
 public:
  using PollWait::PollWait;

  int read_descriptors() override {
    constexpr std::uint64_t count_max = 1024;
    const std::uint64_t count = call().arguments[1];
    if (count > count_max) return EOPNOTSUPP;
    asked_.resize(count);
    if (!read_memory(call().pid, call().arguments[0], asked_.data(), count * sizeof(pollfd))) {
      return EFAULT;
    }
    for (const pollfd& it : asked_) add(it.fd, it.events);
    return 0;
  }

 protected:
  bool is_unopened_reported() const override { return true; }
  Result finish() override {
    Result count = 0;
    for (std::size_t i = 0; i < asked_.size(); ++i) {
      asked_[i].revents = polled()[i].revents;
      count += asked_[i].revents != 0;
    }
    const bool is_written = write_memory(call().pid, call().arguments[0], asked_.data(),
                                         asked_.size() * sizeof(pollfd));
    return is_written ? count : -EFAULT;
  }

 private:
  std::vector<pollfd> asked_;
};

/// select, pselect6; the sets are those of fs/select.c.
class Select : public PollWait {
 public:
  using PollWait::PollWait;

  int read_descriptors() override {
    const auto count = static_cast<int>(call().arguments[0]);
    if (count < 0 || count > 4096) return EOPNOTSUPP;
    const std::size_t words = (static_cast<std::size_t>(count) + 63) / 64;
    for (std::size_t i = 0; i < sets_.size(); ++i) {
      sets_[i].resize(words);
      const std::uint64_t address = call().arguments[1 + i];
      if (address == 0) continue;
      if (!read_memory(call().pid, address, sets_[i].data(), words * 8)) return EFAULT;
    }
    for (int number = 0; number < count; ++number) {
      short events = 0;
      for (std::size_t i = 0; i < sets_.size(); ++i) {
        if (has(sets_[i], number)) events = static_cast<short>(events | asks[i]);
      }
      if (events == 0) continue;
      add(number, events);
    }
    return 0;
  }

 protected:
  /// A hang-up is nothing to who asks for exceptions only, though poll() reports it.
  bool look() override { return PollWait::look() && mark(ready_) > 0; }

  Result finish() override {
    const Result count = mark(ready_);
    for (std::size_t i = 0; i < sets_.size(); ++i) {
      const std::uint64_t address = call().arguments[1 + i];
      if (address == 0) continue;
      if (!write_memory(call().pid, address, ready_[i].data(), ready_[i].size() * 8)) {
        return -EFAULT;
      }
    }
    return count;
  }

 private:
  using Set = std::vector<std::uint64_t>;
  static constexpr std::array<int, 3> asks = {POLLIN | POLLRDNORM | POLLRDBAND,
                                              POLLOUT | POLLWRNORM | POLLWRBAND, POLLPRI};
  static constexpr std::array<int, 3> answers = {asks[0] | POLLHUP | POLLERR, asks[1] | POLLERR,
                                                 asks[2]};

  static bool has(const Set& set, int number) {
    return (set[static_cast<std::size_t>(number) / 64] >> (number % 64) & 1) != 0;
  }
  Result mark(std::array<Set, 3>& ready) {
    Result count = 0;
    for (std::size_t i = 0; i < sets_.size(); ++i) {
      ready[i].assign(sets_[i].size(), 0);
      for (std::size_t k = 0; k < numbers().size(); ++k) {
        const int number = numbers()[k];
        if (!has(sets_[i], number) || (polled()[k].revents & answers[i]) == 0) continue;
        ready[i][static_cast<std::size_t>(number) / 64] |= std::uint64_t{1} << (number % 64);
        ++count;
      }
    }
    return count;
  }

  std::array<Set, 3> sets_;
  std::array<Set, 3> ready_;
};

/// epoll_wait, epoll_pwait, epoll_pwait2: the set is the kernel's, asked here in the tool's stead.
class EpollWait : public PollWait {
 public:
  using PollWait::PollWait;

  int read_descriptors() override {
    const auto room = static_cast<int>(call().arguments[2]);
    if (room <= 0) return EINVAL;
    events_.resize(static_cast<std::size_t>(std::min(room, 1024)));
    const auto set = static_cast<int>(call().arguments[0]);
    add(set, POLLIN);
    return set < 0 ? EBADF : 0;
  }

 protected:
  bool look() override {
    count_ = epoll_wait(polled()[0].fd, events_.data(), static_cast<int>(events_.size()), 0);
    return count_ != 0;
  }
  Result finish() override {
    if (count_ < 0) return -EINVAL;
    const bool is_written = write_memory(call().pid, call().arguments[1], events_.data(),
                                         static_cast<std::size_t>(count_) * sizeof(epoll_event));
    return is_written ? count_ : -EFAULT;
  }

 private:
  std::vector<epoll_event> events_;
  int count_ = 0;
};

std::unique_ptr<PollWait> make_poll(const WaitContext& context, const Call& call, const Kind& kind,
                                    Duration timeout) {
  switch (call.number) {
    case SYS_poll:
    case SYS_ppoll:
      return std::make_unique<Poll>(context, call, kind, timeout);
    case SYS_select:
    case SYS_pselect6:
      return std::make_unique<Select>(context, call, kind, timeout);
    default:
      return std::make_unique<EpollWait>(context, call, kind, timeout);
  }
}

}  // namespace

bool is_poll(int number) {
  return find_kind(number) != nullptr;
}

/// Errors the kernel would report as well are left to it.
std::unique_ptr<Wait> take_poll(const WaitContext& context, const Call& call) {
  const Kind& kind = *find_kind(call.number);
  const std::optional<Duration> timeout = read_timeout(call, kind);
  std::unique_ptr<PollWait> wait;
  int error = EINVAL;
  if (timeout && *timeout > Duration{0}) {
    wait = make_poll(context, call, kind, *timeout);
    error = wait->read_descriptors();
  }
  if (error == 0) {
    std::optional<DescriptorCopyList> copies = context.copies.copy(call, wait->numbers());
    if (!copies) return nullptr;
    error = wait->take_copies(std::move(*copies));
  }
  if (error == 0) return wait;
  if (error == EPERM) {
    context.not_emulated.insert(
        "virtual time for poll() and its kin: the kernel denies pidfd_getfd and ptrace; they wait "
        "for real");
  } else if (error == EOPNOTSUPP) {
    context.not_emulated.insert("virtual time for poll() on a signalfd or on very many files");
  }
  context.listener.proceed(call);
  return nullptr;
}

}  // namespace dfurig::attach
