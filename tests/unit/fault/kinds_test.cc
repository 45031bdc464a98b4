#include <gtest/gtest.h>

#include <map>
#include <set>

#include "fault/fault.h"

namespace dfurig::fault {
namespace {

TEST(KindsTest, NamesEachKindOnceAndBySeam) {
  std::set<Kind> seen;
  std::set<std::string> names;
  for (const KindInfo& it : kinds()) {
    EXPECT_TRUE(seen.insert(it.kind).second) << it.name;
    EXPECT_TRUE(names.insert(it.name).second) << it.name;
    const std::string seam = std::string(it.name).substr(0, std::string(it.name).find('.'));
    static const std::map<std::string, Seam> seams = {{"usb", Seam::Usb},
                                                      {"bootloader", Seam::Bootloader},
                                                      {"memory", Seam::Memory},
                                                      {"stream", Seam::Stream}};
    EXPECT_EQ(seams.at(seam), it.seam) << it.name;
  }
  EXPECT_EQ(seen.size(), static_cast<std::size_t>(Kind::StreamReset) + 1) << "one is left out";
}

}  // namespace
}  // namespace dfurig::fault
