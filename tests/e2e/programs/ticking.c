/* ticking COUNT by-libusb|by-ioctl|without-restart: control transfers while a timer interrupts
 * every millisecond. Transfer i is a vendor request with wValue i that must return i; prints how
 * many did. The handler has SA_RESTART; without-restart it has not, and a call that says EINTR is
 * made again. */
#include <errno.h>
#include <fcntl.h>
#include <libusb.h>
#include <linux/usbdevice_fs.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/time.h>

static volatile unsigned ticks;

static void tick(int unused) {
  (void)unused;
  ++ticks;
}

static libusb_device_handle *handle;
static int node;

static int by_libusb(unsigned value, unsigned char *data) {
  return libusb_control_transfer(handle, 0xC0, 1, (uint16_t)value, 0, data, 2, 5000);
}

static int by_ioctl(unsigned value, unsigned char *data) {
  struct usbdevfs_ctrltransfer transfer = {0xC0, 1, (uint16_t)value, 0, 2, 5000, data};
  int size;
  do size = ioctl(node, USBDEVFS_CONTROL, &transfer);
  while (size < 0 && errno == EINTR);
  return size;
}

int main(int argc, char **argv) {
  const unsigned count = argc > 2 ? (unsigned)atoi(argv[1]) : 0;
  const int is_libusb = argc > 2 && strcmp(argv[2], "by-libusb") == 0;
  const int restarts = argc > 2 && strcmp(argv[2], "without-restart") != 0;
  struct sigaction action = {.sa_handler = tick, .sa_flags = restarts ? SA_RESTART : 0};
  const struct itimerval every = {{0, 1000}, {0, 1000}};
  unsigned right = 0;
  if (is_libusb) {
    if (libusb_init(NULL) != 0) return 1;
    handle = libusb_open_device_with_vid_pid(NULL, 0x0483, 0xDF11);
    if (handle == NULL) return 1;
  } else {
    node = open("/dev/bus/usb/001/002", O_RDWR);
  }
  sigaction(SIGALRM, &action, NULL);
  setitimer(ITIMER_REAL, &every, NULL);
  for (unsigned i = 0; i < count; ++i) {
    unsigned char data[2] = {0};
    const int size = is_libusb ? by_libusb(i, data) : by_ioctl(i, data);
    right += size == 2 && (data[0] | data[1] << 8) == (int)(i & 0xFFFF);
  }
  printf("%u right, %s\n", right, ticks >= 10 ? "interrupted" : "hardly interrupted");
  return 0;
}
