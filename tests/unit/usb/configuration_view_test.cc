#include "usb/configuration_view.h"

#include <gtest/gtest.h>

#include "usb/descriptors.h"

namespace dfurig::usb {
namespace {

/// Two interfaces; the first has two alternate settings, the second an endpoint. Class descriptors
/// (type 0x21, told apart by their third byte) stand at every level.
const Bytes sample = {
    9, 2,    62,   0, 2,  1,    0,  0xC0, 50,  //
    3, 0x21, 0xC0,                             // of the configuration
    9, 4,    0,    0, 0,  0xFE, 1,  2,    4,   //
    9, 4,    0,    1, 0,  0xFE, 1,  2,    5,   //
    3, 0x21, 0xA0,                             // of alternate setting 1
    3, 0x21, 0xA1,                             //
    9, 4,    1,    0, 1,  0xFF, 0,  0,    0,   //
    7, 5,    0x81, 3, 64, 0,    10,            //
    3, 0x21, 0xE0,                             // of the endpoint
};

std::vector<int> third_bytes(const std::vector<ByteView>& descriptors) {
  std::vector<int> bytes;
  for (const ByteView it : descriptors) bytes.push_back(it[2]);
  return bytes;
}

TEST(ConfigurationView, FindsInterfacesAlternatesAndEndpoints) {
  const ConfigurationView view(sample);
  EXPECT_EQ(view.descriptor().size(), 9u);
  EXPECT_EQ(view.interfaces(), (std::vector<std::uint8_t>{0, 1}));
  ASSERT_EQ(view.alternates(0).size(), 2u);
  EXPECT_EQ(view.alternates(0)[1].bAlternateSetting(), 1);
  ASSERT_EQ(view.alternates(1).size(), 1u);
  ASSERT_EQ(view.alternates(1)[0].endpoints.size(), 1u);
  EXPECT_EQ(view.alternates(1)[0].endpoints[0][2], 0x81);
  EXPECT_TRUE(view.alternates(7).empty());
}

TEST(ConfigurationView, TellsWhatADescriptorBelongsTo) {
  const ConfigurationView view(sample);
  EXPECT_EQ(third_bytes(view.of_configuration(0x21)), (std::vector<int>{0xC0}));
  const auto alternates = view.alternates(0);
  EXPECT_TRUE(ConfigurationView::of_alternate(alternates[0], 0x21).empty());
  EXPECT_EQ(third_bytes(ConfigurationView::of_alternate(alternates[1], 0x21)),
            (std::vector<int>{0xA0, 0xA1}));
  const auto with_endpoint = view.alternates(1)[0];
  EXPECT_TRUE(ConfigurationView::of_alternate(with_endpoint, 0x21).empty());
  EXPECT_EQ(third_bytes(ConfigurationView::of_endpoint(with_endpoint, 0, 0x21)),
            (std::vector<int>{0xE0}));
}

TEST(ConfigurationView, EndsWhereTheBytesAreNoDescriptors) {
  for (std::size_t size = 0; size < sample.size(); ++size) {
    const ConfigurationView view(ByteView(sample).first(size));
    EXPECT_LE(view.interfaces().size(), 2u) << "cut off after " << size;
    EXPECT_EQ(view.descriptor().empty(), size < 9);
  }
  Bytes zero = sample;
  zero[12] = 0;
  EXPECT_TRUE(ConfigurationView(zero).interfaces().empty());
  EXPECT_TRUE(ConfigurationView(Bytes{18, 1}).descriptor().empty());
  EXPECT_TRUE(ConfigurationView(Bytes(18, 18)).of_configuration(18).empty());
}

}  // namespace
}  // namespace dfurig::usb
