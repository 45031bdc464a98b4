#include "usbip/exports.h"

#include <gtest/gtest.h>

#include "usbip/stub_device.h"

namespace dfurig::usbip {
namespace {

TEST(Exports, NumbersDevicesBehindARootHub) {
  StubDevice first;
  StubDevice second;
  Exports exports;
  EXPECT_EQ(exports.add(first).busid, "1-1");
  const Export& added = exports.add(second);
  EXPECT_EQ(added.busid, "1-2");
  EXPECT_EQ(added.devnum, 3u);
}

TEST(Exports, OfferWhatIsAttachedAndFree) {
  StubDevice first;
  StubDevice second;
  Exports exports;
  exports.add(first);
  exports.add(second).is_imported = true;
  EXPECT_EQ(exports.list_available().size(), 1u);
  first.unplug_at = Instant{1};
  exports.advance(Instant{1});
  EXPECT_TRUE(exports.list_available().empty());
  EXPECT_EQ(exports.find_attached("1-1"), nullptr);
  EXPECT_NE(exports.find_attached("1-2"), nullptr);
}

}  // namespace
}  // namespace dfurig::usbip
