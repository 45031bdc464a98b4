#include "attach/filter.h"

#include <linux/audit.h>
#include <linux/futex.h>
#include <linux/netlink.h>
#include <linux/seccomp.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>

#include <array>
#include <cerrno>
#include <cstddef>

#ifndef FUTEX_LOCK_PI2
#define FUTEX_LOCK_PI2 13  // Linux 5.14
#endif

#ifndef __x86_64__
#error "dfurig exec knows the system calls of x86_64 only"
#endif

namespace dfurig::attach {
namespace {

constexpr std::array path_calls = {SYS_open,      SYS_openat,     SYS_openat2,    SYS_stat,
                                   SYS_lstat,     SYS_newfstatat, SYS_statx,      SYS_access,
                                   SYS_faccessat, SYS_faccessat2, SYS_readlink,   SYS_readlinkat,
                                   SYS_statfs,    SYS_fstatfs,    SYS_fstat,      SYS_getxattr,
                                   SYS_lgetxattr, SYS_listxattr,  SYS_llistxattr, SYS_chdir};

/// Notified when their first argument is a descriptor of the reserved range.
constexpr std::array descriptor_calls = {
    SYS_read,     SYS_pread64, SYS_lseek,       SYS_write,      SYS_pwrite64,
    SYS_bind,     SYS_connect, SYS_getsockname, SYS_setsockopt, SYS_getsockopt,
    SYS_recvfrom, SYS_recvmsg, SYS_sendto,      SYS_sendmsg};

/// ioctl request numbers carry a type byte; usbfs's is 'U' (linux/usbdevice_fs.h).
constexpr unsigned ioctl_type_mask = 0xFF00;
constexpr unsigned usbfs_ioctl_type = 'U' << 8;
constexpr unsigned x32_bit = 0x40000000;

sock_filter load(std::size_t offset) {
  return BPF_STMT(BPF_LD | BPF_W | BPF_ABS, static_cast<unsigned>(offset));
}
sock_filter answer(unsigned action) {
  return BPF_STMT(BPF_RET | BPF_K, action);
}
/// Goes on when equal, else jumps over `skip` instructions.
sock_filter skip_unless_equal(unsigned value, unsigned char skip) {
  return BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, skip);
}

/// Tells the time, or arms what expires.
constexpr std::array time_calls = {SYS_clock_gettime,   SYS_gettimeofday,    SYS_time,
                                   SYS_timerfd_settime, SYS_timerfd_gettime, SYS_nanosleep,
                                   SYS_clock_nanosleep, SYS_timer_settime,   SYS_alarm};

struct LimitedWait {
  long number;
  std::size_t limit_at;  ///< argument
};

/// Milliseconds; negative: no limit, 0: no waiting.
constexpr std::array waits_in_milliseconds = {
    LimitedWait{SYS_poll, 2}, LimitedWait{SYS_epoll_wait, 3}, LimitedWait{SYS_epoll_pwait, 3}};

/// By the address of a time; null: no limit.
constexpr std::array waits_by_address = {
    LimitedWait{SYS_ppoll, 2},           LimitedWait{SYS_select, 4},
    LimitedWait{SYS_pselect6, 4},        LimitedWait{SYS_epoll_pwait2, 3},
    LimitedWait{SYS_rt_sigtimedwait, 2}, LimitedWait{SYS_futex_waitv, 3},
    LimitedWait{SYS_semtimedop, 3},      LimitedWait{SYS_mq_timedsend, 4},
    LimitedWait{SYS_recvmmsg, 4},        LimitedWait{SYS_mq_timedreceive, 4},
    LimitedWait{SYS_io_getevents, 4}};

/// Futex operations whose fourth argument is a time (linux/futex.h).
constexpr std::array timed_futexes = {FUTEX_WAIT, FUTEX_WAIT_BITSET, FUTEX_LOCK_PI, FUTEX_LOCK_PI2,
                                      FUTEX_WAIT_REQUEUE_PI};

/// Ends the filter: allowed when the argument, an address, is null.
void end_by_address(std::vector<sock_filter>& filter, std::size_t argument) {
  const std::size_t at = offsetof(seccomp_data, args) + argument * sizeof(__u64);
  filter.insert(filter.end(),
                {load(at), BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 2), load(at + sizeof(__u32)),
                 BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 1, 0), answer(SECCOMP_RET_USER_NOTIF),
                 answer(SECCOMP_RET_ALLOW)});
}

void add_futex(std::vector<sock_filter>& filter) {
  const std::size_t operation = offsetof(seccomp_data, args[1]);
  constexpr unsigned char end_length = 6;
  constexpr auto count = static_cast<unsigned char>(timed_futexes.size());
  filter.insert(filter.end(),
                {skip_unless_equal(SYS_futex, count + 3 + end_length), load(operation),
                 BPF_STMT(BPF_ALU | BPF_AND | BPF_K, static_cast<unsigned>(FUTEX_CMD_MASK))});
  for (unsigned char i = 0; i < count; ++i) {
    const auto to_end = static_cast<unsigned char>(count - i);
    filter.push_back(
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<unsigned>(timed_futexes[i]), to_end, 0));
  }
  filter.push_back(answer(SECCOMP_RET_ALLOW));
  end_by_address(filter, 3);
}

void add_time(std::vector<sock_filter>& filter) {
  for (const long number : time_calls) {
    filter.push_back(skip_unless_equal(static_cast<unsigned>(number), 1));
    filter.push_back(answer(SECCOMP_RET_USER_NOTIF));
  }
  for (const LimitedWait& it : waits_in_milliseconds) {
    const std::size_t limit = offsetof(seccomp_data, args) + it.limit_at * sizeof(__u64);
    constexpr unsigned negative = 0x80000000;
    filter.insert(filter.end(), {skip_unless_equal(static_cast<unsigned>(it.number), 5),
                                 load(limit), BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, negative, 2, 0),
                                 BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 1, 0),
                                 answer(SECCOMP_RET_USER_NOTIF), answer(SECCOMP_RET_ALLOW)});
  }
  for (const LimitedWait& it : waits_by_address) {
    filter.push_back(skip_unless_equal(static_cast<unsigned>(it.number), 6));
    end_by_address(filter, it.limit_at);
  }
  add_futex(filter);
  // CPU time is not this time.
  filter.insert(filter.end(),
                {skip_unless_equal(SYS_setitimer, 4), load(offsetof(seccomp_data, args[0])),
                 skip_unless_equal(ITIMER_REAL, 1), answer(SECCOMP_RET_USER_NOTIF),
                 answer(SECCOMP_RET_ALLOW)});
}

}  // namespace

std::vector<sock_filter> make_filter(unsigned first_reserved, bool time_is_virtual) {
  const std::size_t low_word_of_request = offsetof(seccomp_data, args[1]);
  std::vector<sock_filter> filter = {
      load(offsetof(seccomp_data, arch)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 1, 0),
      answer(SECCOMP_RET_USER_NOTIF),
      load(offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, x32_bit, 0, 1),
      answer(SECCOMP_RET_ERRNO | ENOSYS),
      skip_unless_equal(SYS_ioctl, 5),
      load(low_word_of_request),
      BPF_STMT(BPF_ALU | BPF_AND | BPF_K, ioctl_type_mask),
      skip_unless_equal(usbfs_ioctl_type, 1),
      answer(SECCOMP_RET_USER_NOTIF),
      answer(SECCOMP_RET_ALLOW),
      // socket(AF_NETLINK, …, NETLINK_KOBJECT_UEVENT): devices that come and go
      skip_unless_equal(SYS_socket, 6),
      load(offsetof(seccomp_data, args[0])),
      skip_unless_equal(AF_NETLINK, 3),
      load(offsetof(seccomp_data, args[2])),
      skip_unless_equal(NETLINK_KOBJECT_UEVENT, 1),
      answer(SECCOMP_RET_USER_NOTIF),
      answer(SECCOMP_RET_ALLOW),
  };
  for (const long number : path_calls) {
    filter.push_back(skip_unless_equal(static_cast<unsigned>(number), 1));
    filter.push_back(answer(SECCOMP_RET_USER_NOTIF));
  }
  for (const long number : descriptor_calls) {
    filter.insert(filter.end(), {skip_unless_equal(static_cast<unsigned>(number), 4),
                                 load(offsetof(seccomp_data, args[0])),
                                 BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, first_reserved, 0, 1),
                                 answer(SECCOMP_RET_USER_NOTIF), answer(SECCOMP_RET_ALLOW)});
  }
  if (time_is_virtual) add_time(filter);
  filter.push_back(answer(SECCOMP_RET_ALLOW));
  return filter;
}

unsigned evaluate_filter(const std::vector<sock_filter>& filter, unsigned architecture, long number,
                         const unsigned long long (&arguments)[6]) {
  seccomp_data data{};
  data.nr = static_cast<int>(number);
  data.arch = architecture;
  for (std::size_t i = 0; i < 6; ++i) data.args[i] = arguments[i];
  unsigned accumulator = 0;
  for (std::size_t at = 0; at < filter.size(); ++at) {
    const sock_filter& it = filter[at];
    switch (it.code) {
      case BPF_LD | BPF_W | BPF_ABS:
        __builtin_memcpy(&accumulator, reinterpret_cast<const char*>(&data) + it.k, 4);
        break;
      case BPF_ALU | BPF_AND | BPF_K:
        accumulator &= it.k;
        break;
      case BPF_JMP | BPF_JEQ | BPF_K:
        at += accumulator == it.k ? it.jt : it.jf;
        break;
      case BPF_JMP | BPF_JGE | BPF_K:
        at += accumulator >= it.k ? it.jt : it.jf;
        break;
      default:
        return it.k;
    }
  }
  return SECCOMP_RET_KILL_PROCESS;
}

}  // namespace dfurig::attach
