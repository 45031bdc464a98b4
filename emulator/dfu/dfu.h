// The vocabulary of USB DFU 1.1: requests, states, status codes.
#pragma once

#include <cstdint>
#include <string>

#include "support/bytes.h"

namespace dfurig::dfu {

/// bRequest of class requests (DFU 1.1 table 3.2).
enum Request : std::uint8_t {
  DFU_DETACH = 0,
  DFU_DNLOAD = 1,
  DFU_UPLOAD = 2,
  DFU_GETSTATUS = 3,
  DFU_CLRSTATUS = 4,
  DFU_GETSTATE = 5,
  DFU_ABORT = 6,
};

/// bState (DFU 1.1 §6.1.2).
enum class State : std::uint8_t {
  appIDLE = 0,
  appDETACH = 1,
  dfuIDLE = 2,
  dfuDNLOAD_SYNC = 3,
  dfuDNBUSY = 4,
  dfuDNLOAD_IDLE = 5,
  dfuMANIFEST_SYNC = 6,
  dfuMANIFEST = 7,
  dfuMANIFEST_WAIT_RESET = 8,
  dfuUPLOAD_IDLE = 9,
  dfuERROR = 10,
};

/// bStatus (DFU 1.1 §6.1.2).
enum class Status : std::uint8_t {
  OK = 0x00,
  errTARGET = 0x01,
  errFILE = 0x02,
  errWRITE = 0x03,
  errERASE = 0x04,
  errCHECK_ERASED = 0x05,
  errPROG = 0x06,
  errVERIFY = 0x07,
  errADDRESS = 0x08,
  errNOTDONE = 0x09,
  errFIRMWARE = 0x0A,
  errVENDOR = 0x0B,
  errUSBR = 0x0C,
  errPOR = 0x0D,
  errUNKNOWN = 0x0E,
  errSTALLEDPKT = 0x0F,
};

/// The six bytes DFU_GETSTATUS returns.
struct StatusReply {
  Status bStatus = Status::OK;
  std::uint32_t bwPollTimeout = 0;  ///< ms, 24 bits
  State bState = State::dfuIDLE;
  std::uint8_t iString = 0;
  bool operator==(const StatusReply&) const = default;
};

constexpr std::size_t status_reply_size = 6;

Bytes encode_status_reply(const StatusReply& reply);
/// `bytes` must hold status_reply_size bytes.
StatusReply parse_status_reply(ByteView bytes);

/// The specification's spelling, with its hyphens: "dfuDNLOAD-SYNC".
std::string to_string(State state);
std::string to_string(Status status);
/// "DFU_DNLOAD", or "class request 7" for a number that is none.
std::string request_name(std::uint8_t bRequest);

}  // namespace dfurig::dfu
