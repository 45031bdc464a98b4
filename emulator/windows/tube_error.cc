#include "windows/tube_error.h"

#include <array>

#include "support/hex.h"

namespace dfurig::windows {

std::string to_string(TubeError error) {
  static constexpr std::array names = {"NOERROR",
                                       "MEMORY",
                                       "BADPARAMETER",
                                       "NOTIMPLEMENTED",
                                       "ENUMFINISHED",
                                       "OPENDRIVERERROR",
                                       "ERRORDESCRIPTORBUILDING",
                                       "PIPECREATIONERROR",
                                       "PIPERESETERROR",
                                       "PIPEABORTERROR",
                                       "STRINGDESCRIPTORERROR",
                                       "DRIVERISCLOSED",
                                       "VENDOR_RQ_PB",
                                       "ERRORWHILEREADING",
                                       "ERRORBEFOREREADING",
                                       "ERRORWHILEWRITING",
                                       "ERRORBEFOREWRITING",
                                       "DEVICERESETERROR",
                                       "CANTUSEUNPLUGEVENT",
                                       "INCORRECTBUFFERSIZE",
                                       "DESCRIPTORNOTFOUND",
                                       "PIPESARECLOSED",
                                       "PIPESAREOPEN"};
  const std::uint32_t index = error - STDEVICE_NOERROR;
  return index < names.size() ? std::string("STDEVICE_") + names[index] : hex(error);
}

}  // namespace dfurig::windows
