#include "fault/faulty_device.h"

#include <gtest/gtest.h>

#include "fault/requests.h"

namespace dfurig::fault {
namespace {

using namespace std::chrono_literals;

/// Answers everything with 16 bytes or ACK, and remembers what it got.
class PlainDevice : public usb::Device {
 public:
  const usb::DescriptorSet& descriptors() const override { return descriptors_; }
  std::uint32_t attachment() const override { return 1; }
  usb::Answer control(const usb::SetupPacket& setup, ByteView data, Instant) override {
    got.emplace_back(data.begin(), data.end());
    if (setup.is_device_to_host()) return {usb::DataStage{Bytes(16, 0xAA)}};
    return {usb::Ack{}};
  }
  void bus_reset(Instant) override { ++resets; }
  void advance(Instant) override {}
  std::optional<Instant> next_event() const override { return std::nullopt; }

  std::vector<Bytes> got;
  int resets = 0;

 private:
  usb::DescriptorSet descriptors_;
};

class FaultyDeviceTest : public ::testing::Test {
 protected:
  void add(Fault fault) { armed_.add(fault); }
  usb::Answer send(const usb::SetupPacket& setup, ByteView data = {}) {
    return faulty_.control(setup, data, now_);
  }

  PlainDevice device_;
  Armed armed_{1};
  Power power_;
  FaultyCells cells_{armed_, power_};
  std::vector<std::string> board_;
  bool are_options_unwritten_ = false;
  FaultyDevice faulty_{device_, armed_, power_, cells_,
                       BoardSide{[this](Instant) { board_.push_back("off"); },
                                 [this](Instant) { board_.push_back("on"); },
                                 [this] { return are_options_unwritten_; }}};
  Instant now_{};
};

TEST_F(FaultyDeviceTest, PassesEverythingOnWithoutFaults) {
  EXPECT_EQ(send(upload), (usb::Answer{usb::DataStage{Bytes(16, 0xAA)}}));
  EXPECT_EQ(send(dnload(2, 3), Bytes{1, 2, 3}), usb::Answer{usb::Ack{}});
  EXPECT_EQ(device_.got, (std::vector<Bytes>{{}, {1, 2, 3}}));
  faulty_.bus_reset(now_);
  EXPECT_EQ(device_.resets, 1);
  EXPECT_EQ(faulty_.attachment(), 1u);
}

TEST_F(FaultyDeviceTest, AnswersInItsPlace) {
  const std::vector<std::pair<Kind, usb::ControlReply>> rows = {
      {Kind::UsbStall, usb::Stall{}},
      {Kind::UsbNever, usb::NoReply{}},
      {Kind::UsbLost, usb::Ack{}},
      {Kind::UsbBusError, usb::BusError{usb::BusError::Kind::NoHandshake}},
      {Kind::UsbBabble, usb::BusError{usb::BusError::Kind::Babble}}};
  for (const auto& [kind, reply] : rows) {
    add(plain(kind));
    EXPECT_EQ(send(dnload(2, 1), Bytes{1}).reply, reply) << info_of(kind).name;
    EXPECT_TRUE(device_.got.empty()) << info_of(kind).name;
  }
}

TEST_F(FaultyDeviceTest, ChangesTheDataStage) {
  Fault fault = plain(Kind::UsbShort);
  fault.bytes = 3;
  add(fault);
  EXPECT_EQ(send(upload).reply, usb::ControlReply(usb::DataStage{Bytes(3, 0xAA)}));
  fault.kind = Kind::UsbLong;
  fault.bytes = 2;
  add(fault);
  EXPECT_EQ(std::get<usb::DataStage>(send(upload).reply).data.size(), 18u);
  fault.kind = Kind::UsbCorrupt;
  fault.bits = {0x01, 0x80};
  fault.offset = 15;
  add(fault);
  Bytes expected(16, 0xAA);
  expected[15] = 0xAB;
  EXPECT_EQ(send(upload).reply, usb::ControlReply(usb::DataStage{expected}))
      << "bits behind the end change nothing";
  add(fault);
  send(dnload(2, 17), Bytes(17, 0));
  EXPECT_EQ(device_.got.back()[15], 0x01);
  EXPECT_EQ(device_.got.back()[16], 0x80);
}

TEST_F(FaultyDeviceTest, HoldsAnAnswerBackAndRepeatsARequest) {
  Fault fault = plain(Kind::UsbLate);
  fault.delay = 3s;
  add(fault);
  EXPECT_EQ(send(upload).hold, Duration(3s));
  add(plain(Kind::UsbTwice));
  send(dnload(2, 1), Bytes{1});
  EXPECT_EQ(device_.got.size(), 3u);
}

TEST_F(FaultyDeviceTest, UnpluggedTheBoardHasNoPowerUntilItIsBack) {
  Fault fault = plain(Kind::UsbUnplug);
  fault.delay = 100ms;
  add(fault);
  EXPECT_EQ(send(upload).reply, usb::ControlReply(usb::NoReply{}));
  EXPECT_FALSE(faulty_.is_attached());
  EXPECT_EQ(board_, (std::vector<std::string>{"off"}));
  EXPECT_EQ(faulty_.next_event(), Instant(100ms));
  now_ = 100ms;
  faulty_.advance(now_);
  EXPECT_EQ(board_, (std::vector<std::string>{"off", "on"}));
  EXPECT_GT(faulty_.attachment(), 1u) << "another plug-in to its host";
}

TEST_F(FaultyDeviceTest, UnpluggedForGoodItComesBackWithPowerAlone) {
  add(plain(Kind::UsbUnplug));
  send(upload);
  EXPECT_EQ(faulty_.next_event(), std::nullopt);
  now_ = 1h;
  faulty_.advance(now_);
  EXPECT_FALSE(faulty_.is_attached());
  power_.restore();
  faulty_.advance(now_);
  EXPECT_TRUE(faulty_.is_attached());
}

TEST_F(FaultyDeviceTest, ReconnectsWithPowerAndABusReset) {
  Fault fault = plain(Kind::UsbReconnect);
  fault.delay = 10ms;
  add(fault);
  send(upload);
  EXPECT_FALSE(faulty_.is_attached());
  now_ = 10ms;
  faulty_.advance(now_);
  EXPECT_TRUE(faulty_.is_attached());
  EXPECT_TRUE(board_.empty());
  EXPECT_EQ(device_.resets, 1);
}

TEST_F(FaultyDeviceTest, CutsThePowerBetweenTheHalvesOfAnOptionByteWrite) {
  add(plain(Kind::MemoryPowerCut));
  send(upload);
  EXPECT_TRUE(board_.empty());
  are_options_unwritten_ = true;
  EXPECT_EQ(send(getstatus).reply, usb::ControlReply(usb::NoReply{}));
  EXPECT_EQ(board_, (std::vector<std::string>{"off"}));
  EXPECT_FALSE(faulty_.is_attached());
}

TEST_F(FaultyDeviceTest, MissesAFaultWhoseOccasionAnotherTook) {
  add(plain(Kind::UsbStall));
  Fault second = plain(Kind::UsbNever);
  second.place = "x.json: /faults/1";
  add(second);
  EXPECT_EQ(send(upload).reply, usb::ControlReply(usb::Stall{}));
  ASSERT_EQ(armed_.missed().size(), 1u);
  EXPECT_EQ(armed_.missed()[0]->place, "x.json: /faults/1");
}

TEST_F(FaultyDeviceTest, TellsWhatStruckAndWhatDidNot) {
  Fault fault = plain(Kind::UsbStall);
  fault.request.wValue = 9;
  add(fault);
  Fault optional = fault;
  optional.may_miss = true;
  add(optional);
  send(upload);
  ASSERT_EQ(armed_.missed().size(), 1u);
  send(dnload(9, 1), Bytes{1});
  EXPECT_TRUE(armed_.missed().empty());
  ASSERT_EQ(armed_.strikes().size(), 1u);
  EXPECT_EQ(armed_.strikes()[0].what, "usb.stall at DFU_DNLOAD wValue=9 (write)");
  armed_.disarm();
  add(plain(Kind::UsbStall));
  EXPECT_EQ(send(upload).reply, usb::ControlReply(usb::Stall{})) << "what comes after is armed";
}

}  // namespace
}  // namespace dfurig::fault
