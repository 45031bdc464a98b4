#include <gtest/gtest.h>

#include "dfu/bootloader.h"

namespace dfurig::dfu {
namespace {

BootloaderSpec two_alternates() {
  BootloaderSpec spec;
  spec.manufacturer = "M";
  spec.product = "P";
  spec.serial = "S";
  spec.dfu_bmAttributes = 0x0B;
  spec.wDetachTimeOut = 255;
  spec.wTransferSize = 2048;
  spec.bcdDFUVersion = 0x011A;
  spec.alternates = {{"@A"}, {"@B"}};
  return spec;
}

TEST(Descriptors, PutTheFunctionalDescriptorAfterTheLastAlternateOnly) {
  const usb::DescriptorSet set = make_descriptors(two_alternates());
  ASSERT_EQ(set.configuration.interfaces.size(), 2u);
  EXPECT_TRUE(set.configuration.interfaces[0].extra.empty());
  EXPECT_EQ(set.configuration.interfaces[1].extra,
            (Bytes{9, 0x21, 0x0B, 0xFF, 0x00, 0x00, 0x08, 0x1A, 0x01}));
}

TEST(Descriptors, NumberTheStringsAsTheRomDoes) {
  const usb::DescriptorSet set = make_descriptors(two_alternates());
  EXPECT_EQ(set.strings, (std::vector<std::string>{"M", "P", "S", "@A", "@B"}));
  EXPECT_EQ(set.configuration.interfaces[1].iInterface, 5);
  EXPECT_EQ(set.device.iSerialNumber, 3);
}

// usbd_def.h: USBD_IDX_CONFIG_STR 4, USBD_IDX_INTERFACE_STR 5; usbd_dfu.c: iInterface is 6 + n and
// iConfiguration 2.
TEST(Descriptors, NumberTheStringsAsStsUsbDeviceLibraryDoes) {
  BootloaderSpec spec = two_alternates();
  spec.kind = BootloaderKind::UsbdDfu;
  const usb::DescriptorSet set = make_descriptors(spec);
  EXPECT_EQ(set.strings,
            (std::vector<std::string>{"M", "P", "S", "DFU Config", "DFU Interface", "@A", "@B"}));
  EXPECT_EQ(set.configuration.interfaces[1].iInterface, 7);
  EXPECT_EQ(set.configuration.iConfiguration, 2);
}

TEST(Descriptors, MayLackTheFunctionalDescriptor) {
  BootloaderSpec spec = two_alternates();
  spec.has_functional_descriptor = false;
  EXPECT_TRUE(make_descriptors(spec).configuration.interfaces[1].extra.empty());
}

TEST(Scaled, MultipliesEveryDuration) {
  BootloaderSpec spec = two_alternates();
  spec.timings.mass_erase = {100, 32000};
  spec.startup_ms = 85;
  EXPECT_EQ(scaled(spec, 0.5).timings.mass_erase, (Timing{50, 16000}));
  EXPECT_EQ(scaled(spec, 0).timings.mass_erase, (Timing{0, 0}));
  EXPECT_EQ(scaled(spec, 0).startup_ms, 0u);
}

}  // namespace
}  // namespace dfurig::dfu
