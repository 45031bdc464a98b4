#include "usb/setup_packet.h"

namespace dfurig::usb {

SetupPacket parse_setup_packet(ByteView bytes) {
  ByteReader reader(bytes);
  SetupPacket setup;
  setup.bmRequestType = reader.u8();
  setup.bRequest = reader.u8();
  setup.wValue = reader.u16le();
  setup.wIndex = reader.u16le();
  setup.wLength = reader.u16le();
  return setup;
}

Bytes encode_setup_packet(const SetupPacket& setup) {
  return ByteWriter()
      .u8(setup.bmRequestType)
      .u8(setup.bRequest)
      .u16le(setup.wValue)
      .u16le(setup.wIndex)
      .u16le(setup.wLength)
      .take();
}

}  // namespace dfurig::usb
