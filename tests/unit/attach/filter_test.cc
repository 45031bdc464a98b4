#include "attach/filter.h"

#include <gtest/gtest.h>
#include <linux/audit.h>
#include <linux/netlink.h>
#include <linux/seccomp.h>
#include <linux/usbdevice_fs.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>

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

}  // namespace
}  // namespace dfurig::attach
