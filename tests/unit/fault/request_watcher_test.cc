#include "fault/request_watcher.h"

#include <gtest/gtest.h>

#include "fault/requests.h"

namespace dfurig::fault {
namespace {

class RequestWatcherTest : public ::testing::Test {
 protected:
  bool sees(const usb::SetupPacket& setup, ByteView data, const RequestCondition& condition) {
    watcher_.see(setup, data);
    return watcher_.meets(condition);
  }
  RequestWatcher watcher_;
};

RequestCondition operation(const std::string& name) {
  RequestCondition condition;
  condition.operation = name;
  return condition;
}

TEST_F(RequestWatcherTest, KnowsEveryOperationByItsName) {
  EXPECT_TRUE(sees(dnload(0, 5), set_address_0x08000000, operation("set address")));
  EXPECT_TRUE(sees(dnload(0, 5), erase_0x08004000, operation("erase")));
  EXPECT_TRUE(sees(dnload(0, 1), mass_erase, operation("mass erase")));
  EXPECT_TRUE(sees(dnload(0, 1), read_unprotect, operation("read unprotect")));
  EXPECT_TRUE(sees(dnload(2, 4), Bytes(4), operation("write")));
  EXPECT_TRUE(sees(dnload(0, 0), {}, operation("leave")));
  EXPECT_FALSE(sees(dnload(0, 1), Bytes{0x77}, operation("erase"))) << "no command";
}

TEST_F(RequestWatcherTest, RemembersTheOperationForWhatComesAfter) {
  watcher_.see(dnload(0, 5), erase_0x08004000);
  EXPECT_TRUE(sees(getstatus, {}, operation("erase")));
  EXPECT_FALSE(sees(getstatus, {}, operation("write")));
  RequestCondition condition = operation("erase");
  condition.request = "DFU_DNLOAD";
  EXPECT_FALSE(sees(getstatus, {}, condition));
  EXPECT_TRUE(sees(dnload(0, 5), erase_0x08004000, condition));
}

TEST_F(RequestWatcherTest, ComparesBlockAndAddress) {
  RequestCondition block;
  block.wValue = 7;
  EXPECT_TRUE(sees(dnload(7, 4), Bytes(4), block));
  EXPECT_FALSE(sees(dnload(8, 4), Bytes(4), block));
  RequestCondition address;
  address.address = 0x08004000;
  EXPECT_TRUE(sees(dnload(0, 5), erase_0x08004000, address));
  EXPECT_FALSE(sees(dnload(0, 5), set_address_0x08000000, address));
  EXPECT_FALSE(sees(dnload(2, 4), Bytes(4), address)) << "a block has none";
}

TEST_F(RequestWatcherTest, CountsWhatWasWrittenWithTheBlockOfNow) {
  RequestCondition condition;
  condition.written_bytes = 10;
  EXPECT_FALSE(sees(dnload(2, 8), Bytes(8), condition));
  EXPECT_FALSE(sees(getstatus, {}, condition));
  EXPECT_TRUE(sees(dnload(3, 2), Bytes(2), condition));
  EXPECT_TRUE(sees(getstatus, {}, condition));
}

TEST_F(RequestWatcherTest, SaysWhereItIs) {
  watcher_.see(dnload(7, 4), Bytes(4));
  EXPECT_EQ(watcher_.text(), "DFU_DNLOAD wValue=7 (write)");
}

}  // namespace
}  // namespace dfurig::fault
