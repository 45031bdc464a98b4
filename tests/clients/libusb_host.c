// A DfuSe host on libusb, linked statically into the program:
//   libusb_host list | download FILE ADDRESS | upload ADDRESS SIZE FILE
#include <libusb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { DNLOAD = 1, UPLOAD = 2, GETSTATUS = 3, CLRSTATUS = 4, ABORT = 6 };
enum { DFU_IDLE = 2, DNBUSY = 4, DNLOAD_IDLE = 5, ERROR_STATE = 10 };
enum { OUT = 0x21, IN = 0xA1, TIMEOUT_MS = 5000, ERASE_STEP = 2048 };

static libusb_device_handle *dfu;
static int block_size;

static void check(int result, const char *what) {
  if (result >= 0) return;
  fprintf(stderr, "%s: %s\n", what, libusb_error_name(result));
  exit(1);
}

static int request(int type, int number, int value, unsigned char *data, int length) {
  return libusb_control_transfer(dfu, (unsigned char)type, (unsigned char)number,
                                 (unsigned short)value, 0, data, (unsigned short)length,
                                 TIMEOUT_MS);
}

/// The state the device is in after its poll time-out; -1 when it does not answer.
static int state(void) {
  unsigned char status[6];
  if (request(IN, GETSTATUS, 0, status, sizeof status) != sizeof status) return -1;
  usleep((status[1] | status[2] << 8 | status[3] << 16) * 1000u);
  return status[4];
}

static void to_idle(void) {
  while (state() == ERROR_STATE) check(request(OUT, CLRSTATUS, 0, NULL, 0), "CLRSTATUS");
  if (state() != DFU_IDLE) check(request(OUT, ABORT, 0, NULL, 0), "ABORT");
}

static void operate(int block, unsigned char *data, int length) {
  check(request(OUT, DNLOAD, block, data, length), "DNLOAD");
  if (state() != DNBUSY || state() != DNLOAD_IDLE) check(LIBUSB_ERROR_IO, "operation");
}

static void command(unsigned char code, unsigned address) {
  unsigned char data[5] = {code, (unsigned char)address, (unsigned char)(address >> 8),
                           (unsigned char)(address >> 16), (unsigned char)(address >> 24)};
  operate(0, data, sizeof data);
}

static void open_device(void) {
  check(libusb_init(NULL), "init");
  dfu = libusb_open_device_with_vid_pid(NULL, 0x0483, 0xDF11);
  if (dfu == NULL) check(LIBUSB_ERROR_NO_DEVICE, "0483:DF11");
  check(libusb_claim_interface(dfu, 0), "claim");
}

static const struct libusb_interface *configuration(void) {
  static struct libusb_config_descriptor *config;
  check(libusb_get_active_config_descriptor(libusb_get_device(dfu), &config), "configuration");
  return &config->interface[0];
}

static void list(void) {
  const struct libusb_interface *interface = configuration();
  for (int i = 0; i < interface->num_altsetting; ++i) {
    unsigned char name[256];
    check(libusb_get_string_descriptor_ascii(dfu, interface->altsetting[i].iInterface, name,
                                             sizeof name),
          "string");
    printf("alt %d: %s\n", i, name);
  }
}

static void read_block_size(void) {
  const struct libusb_interface *interface = configuration();
  const struct libusb_interface_descriptor *last =
      &interface->altsetting[interface->num_altsetting - 1];
  if (last->extra_length < 9) check(LIBUSB_ERROR_NOT_FOUND, "functional descriptor");
  block_size = last->extra[5] | last->extra[6] << 8;
}

static void download(const char *path, unsigned address) {
  static unsigned char image[1 << 20];
  FILE *file = fopen(path, "rb");
  const int size = file == NULL ? 0 : (int)fread(image, 1, sizeof image, file);
  to_idle();
  for (int at = 0; at < size; at += ERASE_STEP) command(0x41, address + (unsigned)at);
  command(0x21, address);
  for (int at = 0, block = 2; at < size; at += block_size, ++block) {
    operate(block, image + at, size - at < block_size ? size - at : block_size);
  }
  to_idle();
  command(0x21, address);
  check(request(OUT, DNLOAD, 0, NULL, 0), "leave");
  printf("leave: %s\n", state() == 7 ? "dfuMANIFEST" : "no reply");
}

static void upload(unsigned address, int size, const char *path) {
  static unsigned char block[4096];
  FILE *file = fopen(path, "wb");
  to_idle();
  command(0x21, address);
  to_idle();
  for (int at = 0, number = 2; at < size; at += block_size, ++number) {
    const int wanted = size - at < block_size ? size - at : block_size;
    check(request(IN, UPLOAD, number, block, wanted) == wanted ? 0 : LIBUSB_ERROR_IO, "UPLOAD");
    fwrite(block, 1, (size_t)wanted, file);
  }
  fclose(file);
}

int main(int count, char **words) {
  open_device();
  read_block_size();
  if (count == 2) list();
  if (count == 4) download(words[2], (unsigned)strtoul(words[3], NULL, 0));
  if (count == 5) upload((unsigned)strtoul(words[2], NULL, 0), atoi(words[3]), words[4]);
  return 0;
}
