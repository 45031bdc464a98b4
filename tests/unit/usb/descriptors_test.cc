#include "usb/descriptors.h"

#include <gtest/gtest.h>

namespace dfurig::usb {
namespace {

TEST(DeviceDescriptor, HasTheLayoutOfUsb20Table98) {
  DeviceDescriptor device{0x0100, 0, 0, 0, 64, 0x0483, 0xDF11, 0x2200, 1, 2, 3, 1};
  EXPECT_EQ(encode_device_descriptor(device), (Bytes{18, 1, 0x00, 0x01, 0, 0, 0, 64, 0x83, 0x04,
                                                     0x11, 0xDF, 0x00, 0x22, 1, 2, 3, 1}));
}

TEST(ConfigurationDescriptor, CountsInterfacesOnceAndBytesAll) {
  ConfigurationDescriptor configuration{1, 0, 0xC0, 50, {}};
  configuration.interfaces.push_back({0, 0, 0xFE, 1, 2, 4, {}});
  configuration.interfaces.push_back({0, 1, 0xFE, 1, 2, 5, {3, 0x21, 0xAA}});
  EXPECT_EQ(encode_configuration_descriptor(configuration),
            (Bytes{9, 2, 30, 0, 1, 1,    0, 0xC0, 50,  // one interface number
                   9, 4, 0,  0, 0, 0xFE, 1, 2,    4,   // alternate 0
                   9, 4, 0,  1, 0, 0xFE, 1, 2,    5,  3, 0x21, 0xAA}));
}

TEST(StringDescriptor, IsUtf16AndCutAtWhatbLengthCanSay) {
  EXPECT_EQ(encode_string_descriptor("@I"), (Bytes{6, 3, '@', 0, 'I', 0}));
  EXPECT_EQ(encode_string_descriptor(std::string(200, 'x')).size(), 254u);
  EXPECT_EQ(encode_langid_table(), (Bytes{4, 3, 0x09, 0x04}));
}

}  // namespace
}  // namespace dfurig::usb
