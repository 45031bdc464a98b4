#include "usbip/session.h"

#include <gtest/gtest.h>

#include "usbip/stub_device.h"

namespace dfurig::usbip {
namespace {

using std::chrono::milliseconds;

/// An IN control transfer of wLength 64.
CmdSubmit control_in(std::uint32_t seqnum) {
  CmdSubmit submit;
  submit.seqnum = seqnum;
  submit.direction = USBIP_DIR_IN;
  submit.transfer_buffer_length = 64;
  submit.setup = {0xA1, 3, 0, 0, 0, 0, 64, 0};
  return submit;
}

class SessionTest : public testing::Test {
 protected:
  SessionTest() { exports_.add(device_, &transcript_); }

  template <typename Message>
  void send(const Message& message, Instant now = {}) {
    session_.receive(encode(message), now);
  }
  void import() {
    send(OpReqImport{"1-1"});
    ASSERT_EQ(replies(), (std::vector<Bytes>{encode(OpRepImport{ST_OK, describe(entry())})}));
  }
  const Export& entry() const { return *exports_.all().front(); }
  std::vector<Bytes> replies() { return session_.take_replies(); }

  StubDevice device_;
  usb::Transcript transcript_;
  Exports exports_;
  Session session_{exports_};
};

TEST_F(SessionTest, ListsADeviceAndCloses) {
  send(OpReqDevlist{});
  OpRepDevlist list;
  list.devices = {describe(entry())};
  EXPECT_EQ(replies(), (std::vector<Bytes>{encode(list)}));
  EXPECT_TRUE(session_.is_closed());
}

TEST_F(SessionTest, DescribesAnInterfaceOnceHoweverManyAlternates) {
  const DeviceRecord record = describe(entry());
  EXPECT_EQ(record.busid, "1-1");
  EXPECT_EQ(record.speed, speed_full);
  EXPECT_EQ(record.bNumInterfaces, 1);
  EXPECT_EQ(record.interfaces, (std::vector<DeviceRecord::Interface>{{0xFE, 1, 2}}));
}

TEST_F(SessionTest, RefusesAnUnknownBusidWithTheKernelsStatus) {
  send(OpReqImport{"9-9"});
  EXPECT_EQ(replies(), (std::vector<Bytes>{encode(OpRepImport{ST_NODEV, {}})}));
  EXPECT_TRUE(session_.is_closed());
}

TEST_F(SessionTest, RefusesASecondImportAndLeavesTheDeviceOutOfTheList) {
  import();
  Session second(exports_);
  second.receive(encode(OpReqImport{"1-1"}), Instant{});
  EXPECT_EQ(second.take_replies(), (std::vector<Bytes>{encode(OpRepImport{ST_DEV_BUSY, {}})}));
  Session third(exports_);
  third.receive(encode(OpReqDevlist{}), Instant{});
  EXPECT_EQ(third.take_replies(), (std::vector<Bytes>{encode(OpRepDevlist{})}));
}

TEST_F(SessionTest, GivesTheDeviceBackWhenItEnds) {
  {
    Session first(exports_);
    first.receive(encode(OpReqImport{"1-1"}), Instant{});
  }
  import();
}

TEST_F(SessionTest, ClipsInDataToWLength) {
  import();
  device_.answers = {{usb::DataStage{Bytes(100, 0x55)}}, {usb::DataStage{Bytes{1, 2, 3}}}};
  send(control_in(1));
  send(control_in(2));
  RetSubmit clipped{1, 0, 64, 0, 0, 0, Bytes(64, 0x55)};
  RetSubmit short_one{2, 0, 3, 0, 0, 0, {1, 2, 3}};
  EXPECT_EQ(replies(), (std::vector<Bytes>{encode(clipped), encode(short_one)}));
}

TEST_F(SessionTest, ReportsAStallAsEpipeWithoutData) {
  import();
  device_.answers = {{usb::Stall{}}};
  send(control_in(1));
  EXPECT_EQ(replies(), (std::vector<Bytes>{encode(RetSubmit{1, -32, 0, 0, 0, 0, {}})}));
}

TEST_F(SessionTest, HandsOutDataToTheDeviceAndCountsIt) {
  import();
  CmdSubmit submit;
  submit.seqnum = 5;
  submit.transfer_buffer_length = 3;
  submit.setup = {0x21, 1, 2, 0, 0, 0, 3, 0};
  submit.data = {7, 8, 9};
  send(submit);
  EXPECT_EQ(device_.received, (Bytes{7, 8, 9}));
  EXPECT_EQ(replies(), (std::vector<Bytes>{encode(RetSubmit{5, 0, 3, 0, 0, 0, {}})}));
}

TEST_F(SessionTest, RepeatsNumberOfPacketsInTheReply) {
  import();
  CmdSubmit submit = control_in(1);
  submit.number_of_packets = number_of_packets_none;
  send(submit);
  EXPECT_EQ(replies(),
            (std::vector<Bytes>{encode(RetSubmit{1, 0, 0, 0, number_of_packets_none, 0, {}})}));
}

TEST_F(SessionTest, HoldsAReplyUntilItIsDueAndTheNextTransferWithIt) {
  import();
  device_.answers = {{usb::Ack{}, milliseconds(50)}, {usb::Ack{}}};
  send(control_in(1));
  send(control_in(2));
  EXPECT_TRUE(replies().empty());
  EXPECT_EQ(device_.seen.size(), 1u) << "a control pipe carries one transfer at a time";
  EXPECT_EQ(session_.next_event(), Instant(milliseconds(50)));
  session_.advance(milliseconds(49));
  EXPECT_TRUE(replies().empty());
  session_.advance(milliseconds(50));
  EXPECT_EQ(replies(), (std::vector<Bytes>{encode(RetSubmit{1, 0, 0, 0, 0, 0, {}}),
                                           encode(RetSubmit{2, 0, 0, 0, 0, 0, {}})}));
}

TEST_F(SessionTest, AnswersTheUnlinkOfAPendingTransferAndNeverTheTransfer) {
  import();
  device_.answers = {{usb::NoReply{}}};
  send(control_in(1));
  send(CmdUnlink{2, 0, 0, 0, 1});
  EXPECT_EQ(replies(), (std::vector<Bytes>{encode(RetUnlink{2, -104})}));
  session_.advance(milliseconds(10000));
  EXPECT_TRUE(replies().empty());
}

TEST_F(SessionTest, StartsTheNextTransferWhenTheOneBeforeIsUnlinked) {
  import();
  device_.answers = {{usb::NoReply{}}, {usb::Ack{}}};
  send(control_in(1));
  send(control_in(2));
  send(CmdUnlink{3, 0, 0, 0, 1});
  EXPECT_EQ(replies(), (std::vector<Bytes>{encode(RetUnlink{3, -104}),
                                           encode(RetSubmit{2, 0, 0, 0, 0, 0, {}})}));
}

TEST_F(SessionTest, AnswersTheUnlinkOfAFinishedOrUnknownTransferWith0) {
  import();
  send(control_in(1));
  replies();
  send(CmdUnlink{2, 0, 0, 0, 1});
  send(CmdUnlink{3, 0, 0, 0, 77});
  EXPECT_EQ(replies(), (std::vector<Bytes>{encode(RetUnlink{2, 0}), encode(RetUnlink{3, 0})}));
}

TEST_F(SessionTest, StaysSilentOnAnEndpointTheDeviceDoesNotHave) {
  import();
  CmdSubmit bulk = control_in(1);
  bulk.ep = 1;
  send(bulk);
  send(control_in(2));
  EXPECT_EQ(replies(), (std::vector<Bytes>{encode(RetSubmit{2, 0, 0, 0, 0, 0, {}})}));
  EXPECT_EQ(entry().unanswered_urbs, 1u);
  send(CmdUnlink{3, 0, 0, 0, 1});
  EXPECT_EQ(replies(), (std::vector<Bytes>{encode(RetUnlink{3, -104})}));
}

TEST_F(SessionTest, ClosesOnMorePendingUrbsThanItsLimit) {
  import();
  CmdSubmit bulk = control_in(0);
  bulk.ep = 1;
  for (std::uint32_t i = 1; i <= pending_urbs_max; ++i) {
    bulk.seqnum = i;
    send(bulk);
  }
  EXPECT_FALSE(session_.is_closed());
  send(bulk);
  EXPECT_EQ(session_.close_reason(), "too many pending URBs");
}

TEST_F(SessionTest, TurnsAPortResetIntoABusReset) {
  import();
  CmdSubmit reset;
  reset.seqnum = 1;
  reset.setup = {0x23, 3, 4, 0, 1, 0, 0, 0};
  send(reset);
  EXPECT_EQ(device_.bus_resets, 1u);
  EXPECT_TRUE(device_.seen.empty());
  EXPECT_EQ(replies().size(), 1u);
}

TEST_F(SessionTest, ClosesAfterTheLastReplyWhenTheDeviceDetaches) {
  import();
  send(control_in(1));
  device_.unplug_at = milliseconds(5);
  EXPECT_EQ(session_.next_event(), Instant(milliseconds(5)));
  session_.advance(milliseconds(5));
  EXPECT_EQ(replies().size(), 1u);
  EXPECT_TRUE(session_.is_closed());
}

TEST_F(SessionTest, DoesNotLoseADueReplyToALateUnplug) {
  import();
  device_.answers = {{usb::Ack{}, milliseconds(3)}};
  device_.unplug_at = milliseconds(5);
  send(control_in(1));
  session_.advance(milliseconds(9));
  EXPECT_EQ(replies().size(), 1u);
  EXPECT_TRUE(session_.is_closed());
}

TEST_F(SessionTest, ClosesWhenTheDeviceWasPluggedInAgainMeanwhile) {
  import();
  device_.attachment_ = 2;
  session_.advance(milliseconds(1));
  EXPECT_TRUE(session_.is_closed());
}

TEST_F(SessionTest, ClosesOnWhatItDoesNotUnderstand) {
  session_.receive(Bytes(8, 0xEE), Instant{});
  EXPECT_TRUE(session_.is_closed());
  EXPECT_EQ(session_.close_reason(), "not understood: USB/IP version 0xEEEE");
}

TEST_F(SessionTest, RecordsEveryFinishedTransfer) {
  import();
  device_.answers = {{usb::DataStage{{1, 2}}, milliseconds(4)}, {usb::NoReply{}}};
  send(control_in(1));
  session_.advance(milliseconds(4));
  send(control_in(2), milliseconds(5));
  send(CmdUnlink{3, 0, 0, 0, 2}, milliseconds(6));
  const usb::SetupPacket setup{0xA1, 3, 0, 0, 64};
  EXPECT_EQ(transcript_.transfers(),
            (std::vector<usb::Transfer>{
                {Instant{}, milliseconds(4), setup, {1, 2}, usb::DataStage{{1, 2}}},
                {milliseconds(5), milliseconds(6), setup, {}, usb::NoReply{}}}));
}

TEST(UrbStatus, IsDecidedInOnePlace) {
  EXPECT_EQ(urb_status_of(usb::DataStage{}), 0);
  EXPECT_EQ(urb_status_of(usb::Ack{}), 0);
  EXPECT_EQ(urb_status_of(usb::Stall{}), -32);
}

}  // namespace
}  // namespace dfurig::usbip
