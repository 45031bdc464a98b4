#include "usbip/client.h"

#include <gtest/gtest.h>

#include "usbip/local_link.h"
#include "usbip/stub_device.h"

namespace dfurig::usbip {
namespace {

using std::chrono::milliseconds;

class ClientTest : public testing::Test {
 protected:
  ClientTest() { exports_.add(device_); }

  StubDevice device_;
  Exports exports_;
  ManualClock clock_;
  Connector connector_ = local_connector(exports_, clock_);
};

const usb::SetupPacket get_status{0xA1, 3, 0, 0, 6};

TEST_F(ClientTest, ListsAndImports) {
  const std::vector<DeviceRecord> devices = list_devices(connector_);
  ASSERT_EQ(devices.size(), 1u);
  EXPECT_EQ(devices[0].busid, "1-1");
  const Client client(connector_, "1-1");
  EXPECT_EQ(client.device().idProduct, 0xDF11);
  EXPECT_TRUE(list_devices(connector_).empty()) << "what is imported is not on offer";
}

TEST_F(ClientTest, SaysWhyAnImportWasRefused) {
  const Client first(connector_, "1-1");
  try {
    const Client second(connector_, "1-1");
    FAIL() << "imported twice";
  } catch (const ProtocolFailure& failure) {
    EXPECT_STREQ(failure.what(), "device 1-1 cannot be imported: somebody else has it");
  }
}

TEST_F(ClientTest, CompletesTransfersWithTheirDataAndStatus) {
  device_.answers = {{usb::DataStage{{1, 2, 3}}}, {usb::Stall{}}};
  Client client(connector_, "1-1");
  EXPECT_EQ(client.control(get_status).data, (Bytes{1, 2, 3}));
  EXPECT_EQ(client.control(get_status).status, -32);
}

TEST_F(ClientTest, CompletesAnUnlinkedTransferOnce) {
  device_.answers = {{usb::NoReply{}}};
  Client client(connector_, "1-1");
  const std::uint32_t seqnum = client.submit(get_status);
  EXPECT_TRUE(client.poll().empty());
  client.unlink(seqnum);
  const std::vector<Completion> completions = client.poll();
  ASSERT_EQ(completions.size(), 1u);
  EXPECT_TRUE(completions[0].was_unlinked);
  EXPECT_EQ(completions[0].seqnum, seqnum);
}

TEST_F(ClientTest, AnUnlinkThatComesTooLateCompletesNothing) {
  Client client(connector_, "1-1");
  const std::uint32_t seqnum = client.submit(get_status);
  client.unlink(seqnum);
  const std::vector<Completion> completions = client.poll();
  ASSERT_EQ(completions.size(), 1u);
  EXPECT_FALSE(completions[0].was_unlinked);
}

/// A server that says what a test wants, and nothing else.
class CannedLink : public Link {
 public:
  explicit CannedLink(Bytes bytes) : bytes_(std::move(bytes)) {}
  void send(ByteView) override {}
  Bytes receive() override { return std::exchange(bytes_, {}); }
  bool is_closed() const override { return false; }
  int poll_descriptor() const override { return -1; }
  std::optional<Duration> due_in() const override { return Duration{0}; }

 private:
  Bytes bytes_;
};

TEST_F(ClientTest, TakesWhatIsNoReplyForTheEndOfTheConnection) {
  Bytes stream = encode(OpRepImport{});
  const Bytes garbage(urb_header_size, 0xEE);
  stream.insert(stream.end(), garbage.begin(), garbage.end());
  Client client({[&] { return std::make_unique<CannedLink>(stream); }}, "1-1");
  EXPECT_TRUE(client.poll().empty());
  EXPECT_TRUE(client.is_closed());
}

TEST_F(ClientTest, TakesMoreDataThanItAskedForForTheEndOfTheConnection) {
  Bytes stream = encode(OpRepImport{});
  const Bytes reply = encode(RetSubmit{1, 0, 7, 0, 0, 0, Bytes(7)});
  stream.insert(stream.end(), reply.begin(), reply.end());
  Client client({[&] { return std::make_unique<CannedLink>(stream); }}, "1-1");
  client.submit(get_status);
  EXPECT_TRUE(client.poll().empty());
  EXPECT_TRUE(client.is_closed());
}

TEST_F(ClientTest, SeesTheDeviceGo) {
  Client client(connector_, "1-1");
  device_.unplug_at = milliseconds(5);
  EXPECT_EQ(client.link().due_in(), Duration(milliseconds(5)));
  clock_.advance(milliseconds(5));
  EXPECT_TRUE(client.poll().empty());
  EXPECT_TRUE(client.is_closed());
  EXPECT_THROW(client.control(get_status), ProtocolFailure);
}

}  // namespace
}  // namespace dfurig::usbip
