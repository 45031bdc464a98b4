#include "usbip/messages.h"

#include <gtest/gtest.h>

#include "usbip/wire_table.h"

namespace dfurig::usbip {
namespace {

class WireTest : public testing::Test {
 protected:
  const Bytes& bytes(const std::string& name) const { return table_.at(name); }

  static DeviceRecord device() {
    DeviceRecord record;
    record.path = "/sys/devices/platform/dfurig/usb1/1-1";
    record.busid = "1-1";
    record.busnum = 1;
    record.devnum = 2;
    record.idVendor = 0x0483;
    record.idProduct = 0xDF11;
    record.bcdDevice = 0x2200;
    record.bConfigurationValue = 1;
    record.bNumConfigurations = 1;
    record.bNumInterfaces = 1;
    return record;
  }

  std::map<std::string, Bytes> table_ = load_wire_table();
};

TEST_F(WireTest, OperationsEncodeToTheTable) {
  EXPECT_EQ(encode(OpReqDevlist{}), bytes("OP_REQ_DEVLIST"));
  EXPECT_EQ(encode(OpReqImport{"1-1"}), bytes("OP_REQ_IMPORT"));
  OpRepDevlist list;
  EXPECT_EQ(encode(list), bytes("OP_REP_DEVLIST of none"));
  list.devices = {device()};
  list.devices[0].interfaces = {{0xFE, 1, 2}};
  EXPECT_EQ(encode(list), bytes("OP_REP_DEVLIST of one device"));
  EXPECT_EQ(encode(OpRepImport{ST_OK, device()}), bytes("OP_REP_IMPORT"));
  EXPECT_EQ(encode(OpRepImport{ST_NODEV, {}}), bytes("OP_REP_IMPORT refused"));
}

TEST_F(WireTest, ADeviceRecordComesBackAsItWent) {
  const Bytes& reply = bytes("OP_REP_IMPORT");
  EXPECT_EQ(parse_device_record(ByteView(reply).subspan(operation_header_size)), device());
  EXPECT_EQ(device().devid(), 0x00010002u);
}

TEST_F(WireTest, UrbRepliesEncodeToTheTableAndBack) {
  const Bytes busy = {0x00, 0x68, 0x00, 0x00, 0x04, 0x00};
  RetSubmit data{13, 0, 6, 0, number_of_packets_none, 0, busy};
  EXPECT_EQ(encode(data), bytes("USBIP_RET_SUBMIT with data"));
  const RetSubmit stall{15, urb_status::stall, 0, 0, 0, 0, {}};
  EXPECT_EQ(encode(stall), bytes("USBIP_RET_SUBMIT stall"));
  EXPECT_EQ(parse_ret_submit(bytes("USBIP_RET_SUBMIT stall")), stall);
  data.data.clear();
  EXPECT_EQ(parse_ret_submit(bytes("USBIP_RET_SUBMIT with data")), data);
  const RetUnlink cancelled{16, urb_status::unlinked};
  EXPECT_EQ(encode(cancelled), bytes("USBIP_RET_UNLINK cancelled"));
  EXPECT_EQ(parse_ret_unlink(bytes("USBIP_RET_UNLINK cancelled")), cancelled);
}

TEST(Text, IsCutToItsFieldAndEndsAtItsNul) {
  const Bytes import = encode(OpReqImport{std::string(100, 'x')});
  EXPECT_EQ(import.size(), operation_header_size + busid_size);
  EXPECT_EQ(import.back(), 0) << "a field keeps its NUL";
  EXPECT_EQ(parse_text(Bytes{'a', 'b', 0, 'c'}), "ab");
}

}  // namespace
}  // namespace dfurig::usbip
