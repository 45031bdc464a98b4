#include "dfu/dfu.h"

#include <array>

namespace dfurig::dfu {

Bytes encode_status_reply(const StatusReply& reply) {
  return ByteWriter()
      .u8(static_cast<std::uint8_t>(reply.bStatus))
      .u16le(static_cast<std::uint16_t>(reply.bwPollTimeout))
      .u8(static_cast<std::uint8_t>(reply.bwPollTimeout >> 16))
      .u8(static_cast<std::uint8_t>(reply.bState))
      .u8(reply.iString)
      .take();
}

StatusReply parse_status_reply(ByteView bytes) {
  ByteReader reader(bytes);
  StatusReply reply;
  reply.bStatus = static_cast<Status>(reader.u8());
  reply.bwPollTimeout = reader.u16le();
  reply.bwPollTimeout |= std::uint32_t{reader.u8()} << 16;
  reply.bState = static_cast<State>(reader.u8());
  reply.iString = reader.u8();
  return reply;
}

std::string to_string(State state) {
  static constexpr std::array names = {"appIDLE",          "appDETACH",   "dfuIDLE",
                                       "dfuDNLOAD-SYNC",   "dfuDNBUSY",   "dfuDNLOAD-IDLE",
                                       "dfuMANIFEST-SYNC", "dfuMANIFEST", "dfuMANIFEST-WAIT-RESET",
                                       "dfuUPLOAD-IDLE",   "dfuERROR"};
  const auto index = static_cast<std::size_t>(state);
  return index < names.size() ? names[index] : "bState " + std::to_string(index);
}

std::string to_string(Status status) {
  static constexpr std::array names = {
      "OK",      "errTARGET", "errFILE",    "errWRITE",     "errERASE",    "errCHECK_ERASED",
      "errPROG", "errVERIFY", "errADDRESS", "errNOTDONE",   "errFIRMWARE", "errVENDOR",
      "errUSBR", "errPOR",    "errUNKNOWN", "errSTALLEDPKT"};
  const auto index = static_cast<std::size_t>(status);
  return index < names.size() ? names[index] : "bStatus " + std::to_string(index);
}

std::string request_name(std::uint8_t bRequest) {
  static constexpr std::array names = {"DFU_DETACH",    "DFU_DNLOAD",    "DFU_UPLOAD",
                                       "DFU_GETSTATUS", "DFU_CLRSTATUS", "DFU_GETSTATE",
                                       "DFU_ABORT"};
  return bRequest < names.size() ? names[bRequest] : "class request " + std::to_string(bRequest);
}

}  // namespace dfurig::dfu
