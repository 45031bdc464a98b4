/* libusb_rate SECONDS: control round trips a second, as a tool makes them with libusb. */
#include <libusb.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int main(int argc, char **argv) {
  const double seconds = argc > 1 ? atof(argv[1]) : 0.5;
  unsigned char data[18];
  unsigned count = 0;
  libusb_device_handle *device;
  double start;
  if (libusb_init(NULL) != 0) return 1;
  device = libusb_open_device_with_vid_pid(NULL, 0x0483, 0xDF11);
  if (device == NULL) return 1;
  start = now();
  while (now() - start < seconds)
    for (int i = 0; i < 100; ++i, ++count)
      if (libusb_control_transfer(device, 0x80, 6, 0x0100, 0, data, 18, 1000) != 18) return 1;
  printf("%.1f\n", count / (now() - start));
  return 0;
}
