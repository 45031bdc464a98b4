#include "dfu_operations.h"

#include <algorithm>
#include <cstdio>

#include "windows/st_tube_device.h"

namespace {

enum Request : std::uint8_t { DNLOAD = 1, UPLOAD, GETSTATUS, CLRSTATUS, GETSTATE, ABORT };
enum State : std::uint8_t {
  IDLE = 2,
  DNBUSY = 4,
  DNLOAD_IDLE = 5,
  MANIFEST = 7,
  UPLOAD_IDLE = 9,
  ERROR_STATE = 10
};
constexpr DWORD no_error = 0x12340000;
constexpr USHORT class_interface = 0x1B;
constexpr BYTE dfu_functional = 0x21;
constexpr int trials = 3;

}  // namespace

void check(const std::string& what, DWORD result) {
  if (result == no_error) return;
  char text[16];
  std::snprintf(text, sizeof text, "0x%08lX", result);
  throw Failure(what + " " + text);
}

Dfu::Dfu(const std::string& link) {
  check("STDevice_Open", STDevice_Open(const_cast<char*>(link.c_str()), &handle_, nullptr));
}

Dfu::~Dfu() {
  STDevice_Close(handle_);
}

void Dfu::select(unsigned alternate) {
  check("STDevice_SelectCurrentConfiguration",
        STDevice_SelectCurrentConfiguration(handle_, 0, 0, alternate));
}

std::vector<std::string> Dfu::alternates() const {
  UINT count = 0;
  check("alternates", STDevice_GetNbOfAlternates(handle_, 0, 0, &count));
  std::vector<std::string> names;
  for (UINT i = 0; i < count; ++i) {
    BYTE descriptor[9];
    char name[256];
    check("interface", STDevice_GetInterfaceDescriptor(handle_, 0, 0, i, descriptor));
    check("string", STDevice_GetStringDescriptor(handle_, descriptor[8], name, sizeof name));
    names.emplace_back(name);
  }
  return names;
}

std::vector<BYTE> Dfu::functional_descriptor() const {
  UINT alternates = 0;
  check("STDevice_GetNbOfAlternates", STDevice_GetNbOfAlternates(handle_, 0, 0, &alternates));
  std::vector<BYTE> descriptor(9);
  check("STDevice_GetDescriptor",
        STDevice_GetDescriptor(handle_, InterfaceLevel, dfu_functional, 0, 0, alternates - 1, 0, 0,
                               descriptor.data(), static_cast<UINT>(descriptor.size())));
  return descriptor;
}

std::uint8_t Dfu::attributes() const {
  return functional_descriptor()[2];
}

unsigned Dfu::transfer_size() const {
  const std::vector<BYTE> descriptor = functional_descriptor();
  return descriptor[5] + descriptor[6] * 256u;
}

DWORD Dfu::request(bool is_in, std::uint8_t bRequest, std::uint16_t wValue, std::uint16_t length,
                   std::uint8_t* data) {
  ControlPipeRequest it{class_interface, is_in ? 1u : 0u, bRequest, wValue, 0, length};
  return STDevice_ControlPipeRequest(handle_, &it, data);
}

Dfu::Status Dfu::get_status() {
  std::uint8_t reply[6] = {};
  if (request(true, GETSTATUS, 0, sizeof reply, reply) != no_error) return {};
  const unsigned poll_ms = reply[1] + reply[2] * 0x100u + reply[3] * 0x10000u;
  return {true, reply[0], poll_ms, reply[4]};
}

std::uint8_t Dfu::get_state() {
  std::uint8_t state = 0;
  check("DFU_GETSTATE", request(true, GETSTATE, 0, 1, &state));
  return state;
}

void Dfu::clear_status() {
  check("DFU_CLRSTATUS", request(false, CLRSTATUS, 0, 0, nullptr));
}

void Dfu::abort() {
  check("DFU_ABORT", request(false, ABORT, 0, 0, nullptr));
}

void Dfu::ensure_idle() {
  Status status = get_status();
  if (!status.is_known || status.bState == ERROR_STATE) {
    clear_status();
    get_status();
  }
  status = get_status();
  if (status.bState != IDLE) {
    abort();
    status = get_status();
    if (status.bState == ERROR_STATE) {
      clear_status();
      status = get_status();
    }
  }
  if (status.bState != IDLE) throw Failure("state " + std::to_string(status.bState));
}

void Dfu::leave_error_state() {
  while (get_state() == ERROR_STATE) clear_status();
}

void Dfu::command(std::uint8_t command, std::uint32_t address) {
  const auto byte = [address](int i) { return static_cast<std::uint8_t>(address >> 8 * i); };
  download(0, {command, byte(0), byte(1), byte(2), byte(3)});
}

void Dfu::download(std::uint16_t wBlockNum, const Bytes& data) {
  Bytes sent = data;
  if (wBlockNum == 0) leave_error_state();
  for (int trial = 0; trial < trials; ++trial) {
    const auto length = static_cast<std::uint16_t>(sent.size());
    if (request(false, DNLOAD, wBlockNum, length, sent.data()) != no_error) {
      if (get_state() == ERROR_STATE) clear_status();
      continue;
    }
    const Status status = get_status();
    if (status.bState == ERROR_STATE) {
      clear_status();
      continue;
    }
    if (status.bStatus != 0) throw Failure("DFU_DNLOAD: status " + std::to_string(status.bStatus));
    if (status.bState == DNBUSY) return finish_busy(status);
    if (status.bState == DNLOAD_IDLE || status.bState == MANIFEST) return;
    throw Failure("DFU_DNLOAD: state " + std::to_string(status.bState));
  }
  throw Failure("DFU_DNLOAD: three times in vain");
}

void Dfu::finish_busy(Status status) {
  while (status.bState == DNBUSY) {
    Sleep(status.bwPollTimeout);
    status = get_status();
    if (status.bStatus != 0) throw Failure("while busy: status " + std::to_string(status.bStatus));
  }
  if (status.bState != DNLOAD_IDLE) throw Failure("while busy: " + std::to_string(status.bState));
}

Bytes Dfu::upload(std::uint16_t wBlockNum, std::uint16_t length) {
  for (int trial = 0; trial < trials; ++trial) {
    Bytes data(length);
    if (request(true, UPLOAD, wBlockNum, length, data.data()) != no_error) {
      if (get_state() == ERROR_STATE) clear_status();
      continue;
    }
    const Status status = get_status();
    if (status.bState != ERROR_STATE && status.bState != UPLOAD_IDLE) {
      throw Failure("DFU_UPLOAD: state " + std::to_string(status.bState));
    }
    if (status.bState == UPLOAD_IDLE) return data;
    clear_status();
  }
  throw Failure("DFU_UPLOAD: three times in vain");
}
