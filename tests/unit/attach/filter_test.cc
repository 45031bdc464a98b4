#include "attach/filter.h"

#include <gtest/gtest.h>
#include <linux/audit.h>
#include <linux/futex.h>
#include <linux/netlink.h>
#include <linux/seccomp.h>
#include <linux/usbdevice_fs.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>

#include <cerrno>

namespace dfurig::attach {
namespace {

constexpr unsigned first_reserved = 768;

unsigned answer(long number, unsigned long long second = 0, unsigned arch = AUDIT_ARCH_X86_64) {
  return evaluate_filter(make_filter(first_reserved), arch, number, {0, second, 0});
}

unsigned answer_on(unsigned long long descriptor, long number) {
  return evaluate_filter(make_filter(first_reserved), AUDIT_ARCH_X86_64, number,
                         {descriptor, 0, 0});
}

TEST(Filter, NotifiesEveryCallThatNamesAFile) {
  for (const long number :
       {SYS_open, SYS_openat, SYS_openat2, SYS_stat, SYS_lstat, SYS_newfstatat, SYS_statx,
        SYS_access, SYS_faccessat, SYS_faccessat2, SYS_readlink, SYS_readlinkat, SYS_statfs,
        SYS_fstatfs, SYS_getxattr, SYS_lgetxattr, SYS_listxattr, SYS_llistxattr, SYS_chdir}) {
    EXPECT_EQ(answer(number), SECCOMP_RET_USER_NOTIF) << number;
  }
}

TEST(Filter, NotifiesUsbfsIoctlsAndNoOthers) {
  EXPECT_EQ(answer(SYS_ioctl, USBDEVFS_SUBMITURB), SECCOMP_RET_USER_NOTIF);
  EXPECT_EQ(answer(SYS_ioctl, USBDEVFS_REAPURBNDELAY), SECCOMP_RET_USER_NOTIF);
  EXPECT_EQ(answer(SYS_ioctl, TCGETS), SECCOMP_RET_ALLOW);
  EXPECT_EQ(answer(SYS_ioctl, FIONREAD), SECCOMP_RET_ALLOW);
}

TEST(Filter, NotifiesSocketsOfDevicesThatComeAndGoAndNoOthers) {
  const auto socket = [](unsigned long long domain, unsigned long long protocol) {
    return evaluate_filter(make_filter(first_reserved), AUDIT_ARCH_X86_64, SYS_socket,
                           {domain, SOCK_RAW, protocol});
  };
  EXPECT_EQ(socket(AF_NETLINK, NETLINK_KOBJECT_UEVENT), SECCOMP_RET_USER_NOTIF);
  EXPECT_EQ(socket(AF_NETLINK, NETLINK_ROUTE), SECCOMP_RET_ALLOW);
  EXPECT_EQ(socket(AF_INET, NETLINK_KOBJECT_UEVENT), SECCOMP_RET_ALLOW);
}

TEST(Filter, LeavesOrdinaryInputAndOutputAlone) {
  for (const long number : {SYS_read, SYS_write, SYS_poll, SYS_mmap, SYS_execve, SYS_clone}) {
    EXPECT_EQ(answer(number), SECCOMP_RET_ALLOW) << number;
  }
}

TEST(Filter, NotifiesCallsOnReservedDescriptorsOnly) {
  for (const long number :
       {SYS_read, SYS_pread64, SYS_lseek, SYS_write, SYS_pwrite64, SYS_bind, SYS_recvmsg,
        SYS_recvfrom, SYS_setsockopt, SYS_getsockopt, SYS_getsockname}) {
    EXPECT_EQ(answer_on(767, number), SECCOMP_RET_ALLOW) << number;
    EXPECT_EQ(answer_on(768, number), SECCOMP_RET_USER_NOTIF) << number;
    EXPECT_EQ(answer_on(1023, number), SECCOMP_RET_USER_NOTIF) << number;
  }
  EXPECT_EQ(answer_on(1023, SYS_close), SECCOMP_RET_ALLOW);
}

TEST(Filter, NotifiesOtherArchitecturesAndKnowsNoX32) {
  EXPECT_EQ(answer(SYS_read, 0, AUDIT_ARCH_I386), SECCOMP_RET_USER_NOTIF);
  EXPECT_EQ(answer(SYS_read | 0x40000000), SECCOMP_RET_ERRNO | ENOSYS) << "x32";
}

using Arguments = unsigned long long[6];

bool is_time(long number, const Arguments& arguments) {
  const auto answer = [&](bool time_is_virtual) {
    return evaluate_filter(make_filter(first_reserved, time_is_virtual), AUDIT_ARCH_X86_64, number,
                           arguments);
  };
  EXPECT_EQ(answer(false), SECCOMP_RET_ALLOW) << number << ", in real time";
  return answer(true) == SECCOMP_RET_USER_NOTIF;
}

TEST(Filter, NotifiesWhatTellsTheTimeOrSleepsWhereTimeIsVirtual) {
  for (const long number :
       {SYS_clock_gettime, SYS_gettimeofday, SYS_time, SYS_nanosleep, SYS_clock_nanosleep,
        SYS_timerfd_settime, SYS_timerfd_gettime, SYS_alarm, SYS_timer_settime}) {
    EXPECT_TRUE(is_time(number, {})) << number;
  }
  EXPECT_FALSE(is_time(SYS_clock_getres, {}));
  EXPECT_FALSE(is_time(SYS_timerfd_create, {}));
}

TEST(Filter, NotifiesPollsWithALimitOnly) {
  EXPECT_TRUE(is_time(SYS_poll, {0, 0, 1}));
  EXPECT_TRUE(is_time(SYS_poll, {0, 0, 0x7FFFFFFF}));
  EXPECT_FALSE(is_time(SYS_poll, {1, 1, 0}));
  EXPECT_FALSE(is_time(SYS_poll, {1, 1, 0xFFFFFFFF}));
  EXPECT_TRUE(is_time(SYS_epoll_wait, {0, 0, 0, 1}));
  EXPECT_FALSE(is_time(SYS_epoll_wait, {1, 1, 1, 0xFFFFFFFF}));
  EXPECT_TRUE(is_time(SYS_epoll_pwait, {0, 0, 0, 1}));
}

TEST(Filter, NotifiesWaitsWhoseLimitIsAnAddressThatIsNotNull) {
  constexpr unsigned long long low = 0x1000, high = 0x7FFF'0000'0000;
  for (const auto address : {low, high, low | high}) {
    EXPECT_TRUE(is_time(SYS_ppoll, {0, 0, address}));
    EXPECT_TRUE(is_time(SYS_select, {0, 0, 0, 0, address}));
    EXPECT_TRUE(is_time(SYS_pselect6, {0, 0, 0, 0, address}));
    EXPECT_TRUE(is_time(SYS_rt_sigtimedwait, {0, 0, address}));
    EXPECT_TRUE(is_time(SYS_futex, {0, FUTEX_WAIT_PRIVATE, 0, address}));
  }
  EXPECT_FALSE(is_time(SYS_ppoll, {low, 1, 0, low}));
  EXPECT_FALSE(is_time(SYS_select, {1, low, low, low, 0}));
  EXPECT_FALSE(is_time(SYS_futex, {low, FUTEX_WAIT_PRIVATE, 0, 0}));
}

TEST(Filter, NotifiesFutexOperationsThatHaveATime) {
  for (const unsigned operation :
       {FUTEX_WAIT, FUTEX_WAIT_BITSET, FUTEX_WAIT_BITSET | FUTEX_CLOCK_REALTIME, FUTEX_LOCK_PI,
        13 /* FUTEX_LOCK_PI2 */, FUTEX_WAIT_REQUEUE_PI}) {
    EXPECT_TRUE(is_time(SYS_futex, {0, operation, 0, 1})) << operation;
    EXPECT_TRUE(is_time(SYS_futex, {0, operation | FUTEX_PRIVATE_FLAG, 0, 1})) << operation;
  }
  for (const unsigned operation : {FUTEX_WAKE, FUTEX_REQUEUE, FUTEX_CMP_REQUEUE, FUTEX_WAKE_OP,
                                   FUTEX_WAKE_BITSET, FUTEX_CMP_REQUEUE_PI}) {
    EXPECT_FALSE(is_time(SYS_futex, {0, operation, 0, 1})) << operation;
  }
}

TEST(Filter, NotifiesAlarmsByTheClockButNotByCpuTime) {
  EXPECT_TRUE(is_time(SYS_setitimer, {ITIMER_REAL}));
  EXPECT_FALSE(is_time(SYS_setitimer, {ITIMER_PROF}));
}

}  // namespace
}  // namespace dfurig::attach
