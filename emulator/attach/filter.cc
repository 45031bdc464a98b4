#include "attach/filter.h"

#include <linux/audit.h>
#include <linux/netlink.h>
#include <linux/seccomp.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include <array>
#include <cerrno>
#include <cstddef>

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

}  // namespace

std::vector<sock_filter> make_filter(unsigned first_reserved) {
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
  filter.push_back(answer(SECCOMP_RET_ALLOW));
  return filter;
}

unsigned evaluate_filter(const std::vector<sock_filter>& filter, unsigned architecture, long number,
                         const unsigned long long (&arguments)[3]) {
  seccomp_data data{};
  data.nr = static_cast<int>(number);
  data.arch = architecture;
  for (std::size_t i = 0; i < 3; ++i) data.args[i] = arguments[i];
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
