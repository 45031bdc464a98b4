/* Finds the device as a USB library does and talks to it: sysfs, descriptors, a blocking request, a
 * URB that is waited for by poll, and the events' socket. Prints one line.
 *
 * Built with -DRAW it has no C library at all and makes its system calls by itself, as programs in
 * Go and Rust do. */
#include <linux/netlink.h>
#include <linux/usbdevice_fs.h>

#ifdef RAW
#include <asm/unistd.h>
#include <fcntl.h>
#include <linux/ioctl.h>
#include <poll.h>
#include <stddef.h>

static long call(long number, long a, long b, long c, long d, long e) {
  long result;
  register long r10 __asm__("r10") = d;
  register long r8 __asm__("r8") = e;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8)
                   : "rcx", "r11", "memory");
  return result;
}
#define openat(folder, path, flags) (int)call(__NR_openat, folder, (long)(path), flags, 0, 0)
#define read(file, into, size) call(__NR_read, file, (long)(into), (long)(size), 0, 0)
#define write(file, from, size) call(__NR_write, file, (long)(from), (long)(size), 0, 0)
#define lseek(file, to, whence) call(__NR_lseek, file, to, whence, 0, 0)
#define ioctl(file, request, with) (int)call(__NR_ioctl, file, (long)(request), (long)(with), 0, 0)
#define poll(them, count, patience) (int)call(__NR_poll, (long)(them), count, patience, 0, 0)
#define socket(domain, type, protocol) (int)call(__NR_socket, domain, type, protocol, 0, 0)
#define bind(file, name, size) (int)call(__NR_bind, file, (long)(name), size, 0, 0)
#define close(file) call(__NR_close, file, 0, 0, 0, 0)
#define AF_NETLINK 16
#define SOCK_RAW 3
#define SEEK_SET 0
static int work(void);
/* -fno-builtin does not keep the compiler from calling it. */
void *memset(void *to, int value, size_t size) {
  for (size_t i = 0; i < size; ++i) ((char *)to)[i] = (char)value;
  return to;
}
__attribute__((force_align_arg_pointer)) void _start(void) {
  call(__NR_exit_group, work(), 0, 0, 0, 0);
  __builtin_unreachable();
}
#else
#include <fcntl.h>
#include <poll.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>
static int work(void);
int main(void) { return work(); }
#endif

#define DEVICE "/sys/bus/usb/devices/1-1"

static int read_attribute(const char *path, char *text, int room) {
  const int file = openat(AT_FDCWD, path, O_RDONLY);
  int size;
  if (file < 0) return -1;
  size = (int)read(file, text, room);
  close(file);
  return size;
}

static int reap_urb(int node) {
  unsigned char buffer[8 + 18] = {0x80, 6, 0, 1, 0, 0, 18, 0};
  struct usbdevfs_urb urb = {.type = USBDEVFS_URB_TYPE_CONTROL,
                             .buffer = buffer,
                             .buffer_length = sizeof buffer};
  struct usbdevfs_urb *reaped = NULL;
  struct pollfd ready = {node, POLLOUT, 0};
  if (ioctl(node, USBDEVFS_SUBMITURB, &urb) != 0) return -1;
  if (poll(&ready, 1, 5000) != 1) return -2;
  if (ioctl(node, USBDEVFS_REAPURBNDELAY, &reaped) != 0 || reaped != &urb) return -3;
  return urb.status != 0 || buffer[8] != 18 ? -4 : urb.actual_length;
}

static int work(void) {
  char line[] = "????:???? descriptors ? request ? urb ? socket ?\n";
  unsigned char head[4], device[18];
  struct usbdevfs_ctrltransfer request = {0x80, 6, 0x0100, 0, 18, 1000, device};
  struct sockaddr_nl name = {.nl_family = AF_NETLINK, .nl_groups = 1};
  int node, listener;
  if (read_attribute(DEVICE "/idVendor", line, 4) != 4) return 1;
  if (read_attribute(DEVICE "/idProduct", line + 5, 4) != 4) return 2;
  node = openat(AT_FDCWD, "/dev/bus/usb/001/002", O_RDWR);
  if (node < 0) return 3;
  lseek(node, 0, SEEK_SET);
  line[22] = read(node, head, 4) == 4 && head[0] == 18 ? '+' : '-';
  line[32] = ioctl(node, USBDEVFS_CONTROL, &request) == 18 && device[17] == 1 ? '+' : '-';
  line[38] = reap_urb(node) == 18 ? '+' : '-';
  listener = socket(AF_NETLINK, SOCK_RAW, NETLINK_KOBJECT_UEVENT);
  line[47] = listener >= 0 && bind(listener, (void *)&name, sizeof name) == 0 ? '+' : '-';
  return write(1, line, sizeof line - 1) != sizeof line - 1;
}
