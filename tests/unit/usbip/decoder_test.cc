#include "usbip/decoder.h"

#include <gtest/gtest.h>

#include "usbip/wire_table.h"

namespace dfurig::usbip {
namespace {

constexpr std::size_t whole = 1 << 20;
constexpr std::size_t fragment_sizes[] = {1, 2, 3, 5, 8, 16, whole};

/// Every request in `bytes`, fed in pieces of `fragment` bytes.
std::vector<Request> decode(const Bytes& bytes, std::size_t fragment, bool urbs) {
  Decoder decoder;
  if (urbs) decoder.expect_urbs();
  std::vector<Request> requests;
  for (std::size_t at = 0; at < bytes.size(); at += fragment) {
    decoder.feed(ByteView(bytes).subspan(at, std::min(fragment, bytes.size() - at)));
    while (true) {
      Request request = decoder.next();
      if (std::holds_alternative<NeedMore>(request)) break;
      requests.push_back(request);
      if (std::holds_alternative<ProtocolError>(request)) return requests;
    }
  }
  return requests;
}

CmdSubmit control_in() {
  return {13, 0x00010002, USBIP_DIR_IN,           0, 0x200,
          64, 0,          number_of_packets_none, 0, {0x80, 6, 0, 1, 0, 0, 64, 0},
          {}};
}

CmdSubmit control_out() {
  return {14,
          0x00010002,
          USBIP_DIR_OUT,
          0,
          0,
          5,
          0,
          0,
          0,
          {0x21, 1, 0, 0, 0, 0, 5, 0},
          {0x21, 0, 0, 0, 8}};
}

Bytes concatenated(const std::vector<Bytes>& parts) {
  Bytes all;
  for (const Bytes& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

TEST(Decoder, DecodesOperationsHoweverTheyAreCut) {
  const auto table = load_wire_table();
  for (const std::size_t fragment : fragment_sizes) {
    SCOPED_TRACE(fragment);
    EXPECT_EQ(decode(concatenated({table.at("OP_REQ_DEVLIST"), table.at("OP_REQ_IMPORT")}),
                     fragment, false),
              (std::vector<Request>{OpReqDevlist{}, OpReqImport{"1-1"}}));
  }
}

TEST(Decoder, DecodesUrbsHoweverTheyAreCut) {
  const auto table = load_wire_table();
  const Bytes stream =
      concatenated({table.at("USBIP_CMD_SUBMIT control IN"),
                    table.at("USBIP_CMD_SUBMIT control OUT"), table.at("USBIP_CMD_UNLINK")});
  for (const std::size_t fragment : fragment_sizes) {
    SCOPED_TRACE(fragment);
    EXPECT_EQ(
        decode(stream, fragment, true),
        (std::vector<Request>{control_in(), control_out(), CmdUnlink{16, 0x00010002, 0, 0, 13}}));
  }
}

TEST(Decoder, SkipsIsochronousPacketDescriptors) {
  CmdSubmit isochronous = control_in();
  isochronous.number_of_packets = 2;
  const Bytes stream =
      concatenated({encode(isochronous), Bytes(2 * iso_packet_size), encode(control_out())});
  EXPECT_EQ(decode(stream, 7, true), (std::vector<Request>{isochronous, control_out()}));
}

TEST(Decoder, ChecksLimitsBeforeItWaitsForTheData) {
  CmdSubmit large = control_out();
  large.transfer_buffer_length = transfer_buffer_length_max + 1;
  large.data.clear();
  EXPECT_EQ(decode(encode(large), whole, true),
            (std::vector<Request>{ProtocolError{"transfer_buffer_length 1048577"}}));
  CmdSubmit many = control_in();
  many.number_of_packets = number_of_packets_max + 1;
  EXPECT_EQ(decode(encode(many), whole, true),
            (std::vector<Request>{ProtocolError{"number_of_packets 1025"}}));
}

TEST(Decoder, StopsAtWhatItDoesNotKnowAndStaysStopped) {
  EXPECT_EQ(decode({0x01, 0x00, 0x80, 0x05, 0, 0, 0, 0}, whole, false),
            (std::vector<Request>{ProtocolError{"USB/IP version 0x0100"}}));
  EXPECT_EQ(decode({0x01, 0x11, 0x80, 0x09, 0, 0, 0, 0}, whole, false),
            (std::vector<Request>{ProtocolError{"operation 0x8009"}}));
  Decoder decoder;
  decoder.expect_urbs();
  decoder.feed(Bytes(urb_header_size));
  EXPECT_EQ(decoder.next(), Request{ProtocolError{"URB command 0x00000000"}});
  decoder.feed(encode(control_in()));
  EXPECT_EQ(decoder.next(), Request{ProtocolError{"URB command 0x00000000"}});
}

}  // namespace
}  // namespace dfurig::usbip
