/* The least a USB/IP server can do: one thread, one client, canned replies. It is the floor the
 * benchmark measures dfurig against, in the same run. */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int read_all(int fd, uint8_t *buffer, size_t size) {
  while (size > 0) {
    const ssize_t n = read(fd, buffer, size);
    if (n <= 0) return 0;
    buffer += n;
    size -= (size_t)n;
  }
  return 1;
}

static uint32_t be32(const uint8_t *at) {
  uint32_t value;
  memcpy(&value, at, 4);
  return ntohl(value);
}

static void put32(uint8_t *at, uint32_t value) {
  value = htonl(value);
  memcpy(at, &value, 4);
}

/* DFU_GETSTATUS after DFU_DNLOAD: dfuDNBUSY, then dfuDNLOAD-IDLE. */
static void serve_urbs(int fd) {
  static uint8_t in[48 + 4096], out[48 + 4096];
  unsigned statuses = 0;
  while (read_all(fd, in, 48)) {
    const uint32_t direction = be32(in + 12), length = be32(in + 24);
    if (direction == 0 && (length > 4096 || !read_all(fd, in + 48, length))) return;
    uint32_t sent = 0;
    memset(out, 0, 48);
    if (direction == 1) {
      sent = length < 18 ? length : 18;
      memset(out + 48, 0, sent);
      if (in[41] == 3) out[48 + 4] = statuses++ % 2 == 0 ? 4 : 5;
    } else {
      statuses = 0;
    }
    put32(out, 3);
    memcpy(out + 4, in + 4, 4);
    put32(out + 24, direction == 1 ? sent : length);
    if (write(fd, out, 48 + sent) != (ssize_t)(48 + sent)) return;
  }
}

int main(void) {
  const int listener = socket(AF_INET, SOCK_STREAM, 0), on = 1;
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
  socklen_t size = sizeof address;
  if (bind(listener, (struct sockaddr *)&address, size) != 0 || listen(listener, 4) != 0) return 1;
  getsockname(listener, (struct sockaddr *)&address, &size);
  printf("listening on 127.0.0.1:%d\n", ntohs(address.sin_port));
  fflush(stdout);
  for (;;) {
    static uint8_t request[40], reply[320];
    const int fd = accept(listener, NULL, NULL);
    if (fd < 0) return 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (read_all(fd, request, 40)) {
      const uint8_t head[4] = {0x01, 0x11, 0x00, 0x03};
      memcpy(reply, head, 4);
      if (write(fd, reply, sizeof reply) == (ssize_t)sizeof reply) serve_urbs(fd);
    }
    close(fd);
  }
}
