#include "attach/interface_claims.h"

#include <gtest/gtest.h>

#include <cerrno>

namespace dfurig::attach {
namespace {

// drivers/usb/core/devio.c: claimintf, releaseintf.
TEST(InterfaceClaims, GoToOneOwnerAtATime) {
  InterfaceClaims claims({0, 2});
  const int first = 0, second = 0;
  EXPECT_EQ(claims.claim(0, &first), 0);
  EXPECT_EQ(claims.claim(0, &first), 0) << "again";
  EXPECT_EQ(claims.claim(0, &second), -EBUSY);
  EXPECT_EQ(claims.claim(2, &second), 0);
  EXPECT_TRUE(claims.is_claimed(0) && claims.is_claimed(2));
  EXPECT_EQ(claims.release(0, &second), -EINVAL);
  EXPECT_EQ(claims.release(0, &first), 0);
  EXPECT_EQ(claims.release(0, &first), -EINVAL);
  EXPECT_EQ(claims.claim(0, &second), 0);
}

TEST(InterfaceClaims, AreForInterfacesTheDeviceHas) {
  InterfaceClaims claims({0});
  const int owner = 0;
  EXPECT_EQ(claims.claim(1, &owner), -ENOENT);
  EXPECT_EQ(claims.release(1, &owner), -ENOENT);
  EXPECT_EQ(claims.claim(64, &owner), -EINVAL);
  EXPECT_EQ(claims.release(64, &owner), -EINVAL);
}

TEST(InterfaceClaims, EndWithTheirOwner) {
  InterfaceClaims claims({0, 1, 2});
  const int first = 0, second = 0;
  claims.claim(0, &first);
  claims.claim(1, &first);
  claims.claim(2, &second);
  claims.release_all(&first);
  EXPECT_FALSE(claims.is_claimed(0) || claims.is_claimed(1));
  EXPECT_TRUE(claims.is_any_claimed());
  claims.release_all(&second);
  EXPECT_FALSE(claims.is_any_claimed());
}

}  // namespace
}  // namespace dfurig::attach
