#include "fault/faulty_bootloader.h"

#include <gtest/gtest.h>

#include "fault/requests.h"

namespace dfurig::fault {
namespace {

using namespace std::chrono_literals;
using dfu::Departure;
using dfu::State;
using dfu::Status;

/// In dfuIDLE, with a departure when a test wants one.
class PlainBootloader : public dfu::Bootloader {
 public:
  explicit PlainBootloader(std::vector<std::uint8_t>& got) : got_(got) {}
  usb::Answer control(const usb::SetupPacket& setup, ByteView, Instant) override {
    got_.push_back(setup.bRequest);
    if (setup.bRequest == dfu::DFU_DNLOAD && setup.wLength == 0) {
      departure_ = Departure{Departure::Kind::Jump, 0x08000000, 1ms};
    }
    if (setup.bRequest != dfu::DFU_GETSTATUS) return {usb::Ack{}};
    return {usb::DataStage{dfu::encode_status_reply({Status::OK, 5, State::dfuIDLE, 0})}};
  }
  void bus_reset() override {}
  State state() const override { return State::dfuIDLE; }
  Status status() const override { return Status::OK; }
  std::uint32_t address_pointer() const override { return 0x08000000; }
  const std::optional<Departure>& departure() const override { return departure_; }

 private:
  std::vector<std::uint8_t>& got_;
  std::optional<Departure> departure_;
};

class FaultyBootloaderTest : public ::testing::Test {
 protected:
  usb::ControlReply send(const usb::SetupPacket& setup, ByteView data = {}) {
    return faulty_.control(setup, data, {}).reply;
  }
  dfu::StatusReply status() {
    return dfu::parse_status_reply(std::get<usb::DataStage>(send(getstatus)).data);
  }

  Armed armed_{1};
  bool is_busy_for_ever_ = false;
  std::vector<std::uint8_t> got_;
  FaultyBootloader faulty_{std::make_unique<PlainBootloader>(got_), armed_, is_busy_for_ever_};
};

TEST_F(FaultyBootloaderTest, IsWhatItWrapsWithoutFaults) {
  EXPECT_EQ(status(), (dfu::StatusReply{Status::OK, 5, State::dfuIDLE, 0}));
  EXPECT_EQ(send(dnload(0, 0)), usb::ControlReply(usb::Ack{}));
  EXPECT_EQ(faulty_.departure(), (Departure{Departure::Kind::Jump, 0x08000000, 1ms}));
}

TEST_F(FaultyBootloaderTest, StaysInErrorUntilItsStatusIsCleared) {
  Fault fault = plain(Kind::BootloaderError);
  fault.status = Status::errERASE;
  armed_.add(fault);
  EXPECT_EQ(status(), (dfu::StatusReply{Status::errERASE, 0, State::dfuERROR, 0}));
  EXPECT_EQ(faulty_.state(), State::dfuERROR);
  EXPECT_EQ(faulty_.status(), Status::errERASE);
  EXPECT_EQ(got_, (std::vector<std::uint8_t>{dfu::DFU_ABORT})) << "what was asked for is gone";
  EXPECT_EQ(send(dnload(2, 1), Bytes{1}), usb::ControlReply(usb::Stall{}));
  EXPECT_EQ(send(getstate), usb::ControlReply(usb::DataStage{Bytes{10}}));
  EXPECT_EQ(send(clrstatus), usb::ControlReply(usb::Ack{}));
  EXPECT_EQ(status().bState, State::dfuIDLE);
}

TEST_F(FaultyBootloaderTest, StallsADownloadThatIsInError) {
  Fault fault = plain(Kind::BootloaderError);
  fault.request.request = "DFU_DNLOAD";
  armed_.add(fault);
  EXPECT_EQ(send(dnload(2, 1), Bytes{1}), usb::ControlReply(usb::Stall{}));
  EXPECT_EQ(status().bStatus, Status::errUNKNOWN) << "when nobody says which";
}

TEST_F(FaultyBootloaderTest, LiesAboutItsStatusOnce) {
  Fault fault = plain(Kind::BootloaderStatus);
  fault.state = State::dfuDNBUSY;
  fault.poll_ms = 70;
  armed_.add(fault);
  EXPECT_EQ(status(), (dfu::StatusReply{Status::OK, 70, State::dfuDNBUSY, 0}));
  EXPECT_EQ(status(), (dfu::StatusReply{Status::OK, 5, State::dfuIDLE, 0}));
  EXPECT_EQ(faulty_.state(), State::dfuIDLE);
}

TEST_F(FaultyBootloaderTest, IsWedgedForGood) {
  armed_.add(plain(Kind::BootloaderWedge));
  for (int i = 0; i < 3; ++i) EXPECT_EQ(status().bState, State::dfuDNBUSY);
  EXPECT_EQ(send(clrstatus), usb::ControlReply(usb::Stall{}));
  EXPECT_EQ(faulty_.state(), State::dfuDNBUSY);
  EXPECT_TRUE(got_.empty());
}

TEST_F(FaultyBootloaderTest, IsWedgedByFlashThatDoesNotEnd) {
  is_busy_for_ever_ = true;
  status();
  EXPECT_EQ(status(), (dfu::StatusReply{Status::OK, 5, State::dfuDNBUSY, 0}))
      << "with the poll time it gave last";
}

TEST_F(FaultyBootloaderTest, ChangesItsLeave) {
  struct Row {
    Kind kind;
    std::optional<Departure> expected;
  };
  const Row rows[] = {
      {Kind::BootloaderIgnoresLeave, std::nullopt},
      {Kind::BootloaderLeavesUnseen, Departure{Departure::Kind::Jump, 0x08000000, 1ms, false}},
      {Kind::BootloaderLeavesLate, Departure{Departure::Kind::Jump, 0x08000000, 11ms}},
      {Kind::BootloaderResets, Departure{Departure::Kind::LeaveByReset, 0x08000000, 1ms}},
      {Kind::BootloaderHangs, Departure{Departure::Kind::Stuck, 0x08000000, 1ms}}};
  for (const Row& row : rows) {
    Armed armed(1);
    Fault fault = plain(row.kind);
    fault.delay = 10ms;
    armed.add(fault);
    FaultyBootloader faulty(std::make_unique<PlainBootloader>(got_), armed, is_busy_for_ever_);
    faulty.control(getstatus, {}, {});
    EXPECT_EQ(armed.missed().size(), 1u) << "only Leave is its occasion";
    faulty.control(dnload(0, 0), {}, {});
    EXPECT_EQ(faulty.departure(), row.expected) << info_of(row.kind).name;
    faulty.control(getstatus, {}, {});
    EXPECT_EQ(faulty.departure(), row.expected) << "once and for all";
  }
}

TEST_F(FaultyBootloaderTest, LeavesAtABusReset) {
  faulty_.bus_reset();
  EXPECT_FALSE(faulty_.departure());
  armed_.add(plain(Kind::BootloaderLeavesAtBusReset));
  faulty_.bus_reset();
  ASSERT_TRUE(faulty_.departure());
  EXPECT_EQ(faulty_.departure()->kind, Departure::Kind::LeaveByReset);
}

}  // namespace
}  // namespace dfurig::fault
