#include "attach/descriptor_range.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

namespace dfurig::attach {
namespace {

TEST(ReserveDescriptors, TakesTheTopOfWhatSelectTakes) {
  EXPECT_EQ(reserve_descriptors(1024), (DescriptorRange{768, 1024}));
  EXPECT_EQ(reserve_descriptors(1048576), (DescriptorRange{768, 1024}));
  EXPECT_EQ(reserve_descriptors(~0ULL), (DescriptorRange{768, 1024}));
}

TEST(ReserveDescriptors, StaysBelowALowLimit) {
  EXPECT_EQ(reserve_descriptors(64), (DescriptorRange{48, 64}));
}

TEST(Below, IsNotShownByTheFilter) {
  EXPECT_EQ(below({768, 1024}), (DescriptorRange{576, 768}));
  EXPECT_EQ(below({48, 64}), (DescriptorRange{36, 48}));
}

TEST(FindFreeDescriptor, PassesOverThoseInUse) {
  const DescriptorRange range{500, 502};
  EXPECT_EQ(find_free_descriptor(range, getpid()), 500u);
  ASSERT_EQ(dup2(0, 500), 500);
  EXPECT_EQ(find_free_descriptor(range, getpid()), 501u);
  ASSERT_EQ(dup2(0, 501), 501);
  EXPECT_EQ(find_free_descriptor(range, getpid()), std::nullopt);
  close(500);
  close(501);
}

}  // namespace
}  // namespace dfurig::attach
