#include "usb/standard_requests.h"

#include <gtest/gtest.h>

namespace dfurig::usb {
namespace {

class StandardRequestsTest : public testing::Test {
 protected:
  static DescriptorSet make_set() {
    DescriptorSet set;
    set.device.idVendor = 0x0483;
    set.device.bNumConfigurations = 1;
    set.configuration.bConfigurationValue = 1;
    set.configuration.interfaces = {{0, 0, 0xFE, 1, 2, 1, {}}, {0, 1, 0xFE, 1, 2, 2, {}}};
    set.strings = {"first", "second"};
    return set;
  }

  ControlReply get(std::uint8_t bmRequestType, std::uint8_t bRequest, std::uint16_t wValue = 0,
                   std::uint16_t wIndex = 0) {
    return requests_.control({bmRequestType, bRequest, wValue, wIndex, 64});
  }
  void configure() { ASSERT_EQ(get(0x00, SET_CONFIGURATION, 1), ControlReply{Ack{}}); }

  DescriptorSet set_ = make_set();
  StandardRequests requests_{set_, 0x0001};
};

ControlReply data(Bytes bytes) {
  return DataStage{std::move(bytes)};
}

TEST_F(StandardRequestsTest, GivesDescriptorsItHas) {
  EXPECT_EQ(get(0x80, GET_DESCRIPTOR, 0x0100), data(encode_device_descriptor(set_.device)));
  EXPECT_EQ(get(0x80, GET_DESCRIPTOR, 0x0200),
            data(encode_configuration_descriptor(set_.configuration)));
  EXPECT_EQ(get(0x80, GET_DESCRIPTOR, 0x0300), data(encode_langid_table()));
  EXPECT_EQ(get(0x80, GET_DESCRIPTOR, 0x0302, 0x0409), data(encode_string_descriptor("second")));
}

TEST_F(StandardRequestsTest, StallsDescriptorsItLacks) {
  EXPECT_EQ(get(0x80, GET_DESCRIPTOR, 0x0201), ControlReply{Stall{}});
  EXPECT_EQ(get(0x80, GET_DESCRIPTOR, 0x0303), ControlReply{Stall{}});
  EXPECT_EQ(get(0x80, GET_DESCRIPTOR, 0x0600), ControlReply{Stall{}}) << "device qualifier";
  EXPECT_EQ(get(0x80, GET_DESCRIPTOR, 0x2100), ControlReply{Stall{}});
}

TEST_F(StandardRequestsTest, AnswersForAClassDescriptorAsTheDeviceDoes) {
  set_.configuration.interfaces[1].extra = {3, 0x21, 9};
  configure();
  EXPECT_EQ(get(0x81, GET_DESCRIPTOR, 0x2100), ControlReply{Stall{}});
  set_.class_descriptors = ClassDescriptorRequest::Answered;
  EXPECT_EQ(get(0x81, GET_DESCRIPTOR, 0x2100), data({3, 0x21, 9}));
  EXPECT_EQ(get(0x81, GET_DESCRIPTOR, 0x2200), ControlReply{Stall{}}) << "of another type";
  set_.class_descriptors = ClassDescriptorRequest::Never;
  EXPECT_EQ(get(0x81, GET_DESCRIPTOR, 0x2100), ControlReply{NoReply{}});
}

TEST_F(StandardRequestsTest, RemembersItsConfiguration) {
  EXPECT_EQ(get(0x80, GET_CONFIGURATION), data({0}));
  configure();
  EXPECT_EQ(get(0x80, GET_CONFIGURATION), data({1}));
  EXPECT_EQ(get(0x00, SET_CONFIGURATION, 2), ControlReply{Stall{}});
  requests_.bus_reset();
  EXPECT_EQ(get(0x80, GET_CONFIGURATION), data({0}));
}

TEST_F(StandardRequestsTest, SelectsAlternateSettingsOnlyWhenConfigured) {
  EXPECT_EQ(get(0x01, SET_INTERFACE, 1), ControlReply{Stall{}});
  configure();
  EXPECT_EQ(get(0x01, SET_INTERFACE, 1), ControlReply{Ack{}});
  EXPECT_EQ(get(0x81, GET_INTERFACE), data({1}));
  EXPECT_EQ(get(0x01, SET_INTERFACE, 2), ControlReply{Stall{}});
  EXPECT_EQ(get(0x01, SET_INTERFACE, 0, 1), ControlReply{Stall{}}) << "no interface 1";
}

TEST_F(StandardRequestsTest, ReportsStatusByRecipient) {
  EXPECT_EQ(get(0x80, GET_STATUS), data({1, 0})) << "self powered";
  EXPECT_EQ(get(0x82, GET_STATUS), data({0, 0})) << "endpoint 0 is never halted";
  EXPECT_EQ(get(0x82, GET_STATUS, 0, 0x81), ControlReply{Stall{}});
  EXPECT_EQ(get(0x83, GET_STATUS), ControlReply{Stall{}});
}

}  // namespace
}  // namespace dfurig::usb
