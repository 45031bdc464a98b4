/* bench rate SECONDS PORT: control round trips a second against a USB/IP server.
 *
 * bench SECONDS NAME PORT NAME PORT: control round trips and DFU downloads against two
 * USB/IP servers in turn, A B A B …, so that the machine's moods hit both; prints medians and
 * the ratio. */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { ROUNDS = 9, BLOCK = 2048 };

static uint32_t seqnum;

static void fail(const char *what) {
  fprintf(stderr, "bench: %s\n", what);
  exit(1);
}

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void put32(uint8_t *at, uint32_t value) {
  value = htonl(value);
  memcpy(at, &value, 4);
}

static void read_all(int fd, uint8_t *buffer, size_t size) {
  while (size > 0) {
    const ssize_t n = read(fd, buffer, size);
    if (n <= 0) fail("the server closed");
    buffer += n;
    size -= (size_t)n;
  }
}

static uint32_t control(int fd, const uint8_t setup[8], const uint8_t *data, uint32_t length,
                        uint8_t *reply) {
  uint8_t message[48 + BLOCK] = {0};
  const uint32_t is_in = setup[0] >> 7;
  put32(message, 1);
  put32(message + 4, ++seqnum);
  put32(message + 12, is_in);
  put32(message + 24, length);
  memcpy(message + 40, setup, 8);
  if (!is_in && length > 0) memcpy(message + 48, data, length);
  const size_t size = 48 + (is_in ? 0 : length);
  if (write(fd, message, size) != (ssize_t)size) fail("write");
  uint8_t head[48];
  read_all(fd, head, 48);
  uint32_t actual;
  memcpy(&actual, head + 24, 4);
  actual = ntohl(actual);
  if (is_in) read_all(fd, reply, actual);
  return actual;
}

static int import(int port) {
  const int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;
  struct sockaddr_in address = {.sin_family = AF_INET,
                                .sin_port = htons((uint16_t)port),
                                .sin_addr = {htonl(INADDR_LOOPBACK)}};
  if (connect(fd, (struct sockaddr *)&address, sizeof address) != 0) fail("connect");
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  uint8_t request[40] = {0x01, 0x11, 0x80, 0x03, 0, 0, 0, 0, '1', '-', '1'}, reply[320];
  if (write(fd, request, sizeof request) != (ssize_t)sizeof request) fail("write");
  read_all(fd, reply, sizeof reply);
  return fd;
}

static double round_trips(int port, double seconds) {
  const uint8_t get_device[8] = {0x80, 6, 0, 1, 0, 0, 18, 0};
  uint8_t reply[64];
  const int fd = import(port);
  const double start = now();
  unsigned count = 0;
  while (now() - start < seconds)
    for (int i = 0; i < 100; ++i, ++count) control(fd, get_device, NULL, 18, reply);
  const double rate = count / (now() - start);
  close(fd);
  return rate;
}

/* As dfu-util numbers nothing and DfuSe numbers blocks, block 2 is written again and again: the
 * cost on the wire is the same. */
static double download(int port, double seconds) {
  const uint8_t get_status[8] = {0xA1, 3, 0, 0, 0, 0, 6, 0};
  const uint8_t clear[8] = {0x21, 4, 0, 0, 0, 0, 0, 0}, give_up[8] = {0x21, 6, 0, 0, 0, 0, 0, 0};
  const uint8_t dnload[8] = {0x21, 1, 2, 0, 0, 0, BLOCK & 0xFF, BLOCK >> 8};
  static uint8_t block[BLOCK], status[64];
  const int fd = import(port);
  control(fd, get_status, NULL, 6, status);
  control(fd, status[4] == 10 ? clear : give_up, NULL, 0, status);
  const double start = now();
  unsigned count = 0;
  while (now() - start < seconds)
    for (int i = 0; i < 20; ++i, ++count) {
      control(fd, dnload, block, BLOCK, status);
      control(fd, get_status, NULL, 6, status);
      control(fd, get_status, NULL, 6, status);
      if (status[4] != 5) fail("a download did not end in dfuDNLOAD-IDLE");
    }
  const double rate = count * (double)BLOCK / 1e6 / (now() - start);
  close(fd);
  return rate;
}

static int ascending(const void *a, const void *b) {
  return (*(const double *)a > *(const double *)b) - (*(const double *)a < *(const double *)b);
}

static double median(double *values) {
  qsort(values, ROUNDS, sizeof *values, ascending);
  return values[ROUNDS / 2];
}

static void compare(const char *what, double (*measure)(int, double), double seconds, char **names,
                    const int *ports) {
  double rates[2][ROUNDS], ratios[ROUNDS];
  for (int round = 0; round < ROUNDS; ++round) {
    for (int i = 0; i < 2; ++i) rates[i][round] = measure(ports[i], seconds);
    ratios[round] = rates[0][round] / rates[1][round];
  }
  printf("%-28s %s %9.1f   %s %9.1f   ratio %.2f\n", what, names[0], median(rates[0]), names[1],
         median(rates[1]), median(ratios));
}

int main(int argc, char **argv) {
  if (argc == 4 && strcmp(argv[1], "rate") == 0) {
    printf("%.1f\n", round_trips(atoi(argv[3]), atof(argv[2])));
    return 0;
  }
  if (argc != 6) fail("usage: bench rate SECONDS PORT | bench SECONDS NAME PORT NAME PORT");
  char *names[2] = {argv[2], argv[4]};
  const int ports[2] = {atoi(argv[3]), atoi(argv[5])};
  const double seconds = atof(argv[1]);
  compare("control round trips/s", round_trips, seconds, names, ports);
  compare("DFU download MB/s", download, seconds, names, ports);
  return 0;
}
