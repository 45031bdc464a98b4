#include "fault/faulty_link.h"

#include <gtest/gtest.h>

#include "fault/requests.h"

namespace dfurig::fault {
namespace {

using namespace std::chrono_literals;

/// What both ends of a link saw.
struct Wire {
  std::vector<Bytes> sent;
  std::vector<Bytes> coming;  ///< handed out one by one
};

class PlainLink : public usbip::Link {
 public:
  explicit PlainLink(Wire& wire) : wire_(wire) {}
  void send(ByteView bytes) override { wire_.sent.emplace_back(bytes.begin(), bytes.end()); }
  Bytes receive() override {
    if (wire_.coming.empty()) return {};
    const Bytes next = wire_.coming.front();
    wire_.coming.erase(wire_.coming.begin());
    return next;
  }
  bool is_closed() const override { return false; }
  int poll_descriptor() const override { return -1; }
  std::optional<Duration> due_in() const override { return std::nullopt; }

 private:
  Wire& wire_;
};

class FaultyLinkTest : public ::testing::Test {
 protected:
  std::unique_ptr<usbip::Link> connect() {
    return faulty_connector({[this] { return std::make_unique<PlainLink>(wire_); }, true}, armed_,
                            positions_, clock_)
        .connect();
  }
  static Fault at(Kind kind, bool is_to_host, std::uint64_t offset) {
    Fault fault = plain(kind);
    fault.stream = {is_to_host, offset};
    fault.occasion.count = Occasion::always;
    return fault;
  }
  Bytes sent() const {
    Bytes all;
    for (const Bytes& it : wire_.sent) all.insert(all.end(), it.begin(), it.end());
    return all;
  }

  Wire wire_;
  Armed armed_{1};
  StreamPositions positions_;
  ManualClock clock_;
};

TEST_F(FaultyLinkTest, PassesEverythingOnWithoutFaults) {
  const auto link = connect();
  wire_.coming = {{9, 8}};
  link->send(Bytes{1, 2, 3});
  EXPECT_EQ(wire_.sent, (std::vector<Bytes>{{1, 2, 3}}));
  EXPECT_EQ(link->receive(), (Bytes{9, 8}));
  EXPECT_EQ(positions_.to_device, 3u);
  EXPECT_EQ(positions_.to_host, 2u);
}

TEST_F(FaultyLinkTest, SplitsBothWays) {
  Fault fault = at(Kind::StreamSplit, false, 0);
  fault.bytes = 2;
  armed_.add(fault);
  fault.stream.is_to_host = true;
  fault.bytes = 1;
  armed_.add(fault);
  const auto link = connect();
  link->send(Bytes{1, 2, 3});
  EXPECT_EQ(wire_.sent, (std::vector<Bytes>{{1, 2}, {3}}));
  wire_.coming = {{7, 8}};
  EXPECT_EQ(link->receive(), Bytes{7});
  EXPECT_EQ(link->due_in(), Duration{0}) << "there is more";
  EXPECT_EQ(link->receive(), Bytes{8});
}

TEST_F(FaultyLinkTest, MergesUntilEnoughIsThereOrSomebodyWaits) {
  Fault fault = at(Kind::StreamMerge, false, 0);
  fault.bytes = 4;
  armed_.add(fault);
  const auto link = connect();
  link->send(Bytes{1, 2});
  EXPECT_TRUE(wire_.sent.empty());
  link->send(Bytes{3, 4});
  EXPECT_EQ(wire_.sent, (std::vector<Bytes>{{1, 2, 3, 4}}));
  link->send(Bytes{5});
  link->receive();
  EXPECT_EQ(wire_.sent.back(), Bytes{5});
}

TEST_F(FaultyLinkTest, DelaysWhatComesFromAByteOn) {
  Fault fault = at(Kind::StreamDelay, true, 2);
  fault.delay = 10ms;
  armed_.add(fault);
  const auto link = connect();
  wire_.coming = {{1, 2}, {3}};
  EXPECT_EQ(link->receive(), (Bytes{1, 2}));
  EXPECT_EQ(link->receive(), Bytes{});
  EXPECT_EQ(link->due_in(), Duration(10ms));
  clock_.advance(10ms);
  EXPECT_EQ(link->receive(), Bytes{3});
}

TEST_F(FaultyLinkTest, DamagesAtTheByteItIsTold) {
  Fault fault = at(Kind::StreamDrop, false, 4);
  fault.bytes = 2;
  armed_.add(fault);
  fault = at(Kind::StreamCorrupt, false, 0);
  fault.bits = {0xF0};
  armed_.add(fault);
  const auto link = connect();
  link->send(Bytes{1, 2, 3});
  link->send(Bytes{4, 5, 6, 7});
  EXPECT_EQ(sent(), (Bytes{0xF1, 2, 3, 4, 7}));
}

TEST_F(FaultyLinkTest, RepeatsBytes) {
  Fault fault = at(Kind::StreamDuplicate, false, 1);
  fault.bytes = 2;
  armed_.add(fault);
  const auto link = connect();
  link->send(Bytes{1, 2, 3});
  EXPECT_EQ(sent(), (Bytes{1, 2, 3, 2, 3}));
}

TEST_F(FaultyLinkTest, BreaksInTheMiddleOfAMessage) {
  armed_.add(at(Kind::StreamReset, false, 4));
  const auto link = connect();
  link->send(Bytes{1, 2, 3});
  EXPECT_FALSE(link->is_closed());
  link->send(Bytes{4, 5, 6});
  EXPECT_EQ(sent(), (Bytes{1, 2, 3, 4}));
  EXPECT_TRUE(link->is_closed());
  link->send(Bytes{7});
  EXPECT_EQ(sent(), (Bytes{1, 2, 3, 4}));
  const auto again = connect();
  again->send(Bytes{8});
  EXPECT_EQ(sent(), (Bytes{1, 2, 3, 4, 8})) << "the next connection is sound";
}

TEST_F(FaultyLinkTest, CountsBytesOverAllConnections) {
  Fault fault = at(Kind::StreamDrop, false, 4);
  fault.bytes = 1;
  armed_.add(fault);
  connect()->send(Bytes{1, 2, 3});
  connect()->send(Bytes{4, 5});
  EXPECT_EQ(sent(), (Bytes{1, 2, 3, 4}));
}

}  // namespace
}  // namespace dfurig::fault
