#include "board/options.h"

#include <gtest/gtest.h>

#include <set>

#include "board/bench.h"
#include "support/input_error.h"

namespace dfurig::board {
namespace {

TEST(Board, RefusesAVariantItsBootloaderDoesNotHave) {
  const auto complaint = [](model::Model model, const std::string& variant) {
    try {
      const Board board(std::move(model), {1.0, "", "", variant});
      return std::string();
    } catch (const InputError& error) {
      return std::string(error.what());
    }
  };
  EXPECT_EQ(complaint(load("stm32l475re", "cubemx-l475"), "tolerent"),
            "stm32l475re: variant: unknown variant \"tolerent\"\n  did you mean tolerant?");
  EXPECT_EQ(complaint(load("stm32l476rg"), "tolerant"),
            "stm32l476rg: variant: unknown variant \"tolerant\"\n  rom-l47x has no variants");
}

TEST(Board, RefusesAPolicyItsModelDoesNotHave) {
  Options options;
  options.leave_policy = "an3155";
  try {
    const Board board(load("stm32f405rg"), options);
    FAIL();
  } catch (const InputError& error) {
    EXPECT_STREQ(error.what(),
                 "stm32f405rg: leave policy: unknown policy \"an3155\"\n"
                 "  did you mean an3156?");
  }
}

model::Model f405(const std::string& setting) {
  return load("stm32f405rg", "", {"bootloader/behaviour/" + setting});
}

// AN3156 table 4 against betaflight-configurator (F3, F4, F7).
TEST(Disputed, SetAddressAtLevel1) {
  for (const bool is_accepted : {true, false}) {
    Bench bench(f405(is_accepted ? "set_address_when_protected=accepted"
                                 : "set_address_when_protected=errVENDOR"));
    bench.board_.chip().option_bytes().preload(0x1FFFC001, Bytes{0xBB});
    bench.start_in_bootloader();
    EXPECT_EQ(bench.set_address(0x08000000),
              is_accepted ? dfu::Status::OK : dfu::Status::errVENDOR);
  }
}

// The two footnotes of AN3156 table 4.
TEST(Disputed, ReadUnprotectWithoutProtection) {
  for (const bool erases : {true, false}) {
    Bench bench(f405(erases ? "read_unprotect_when_unprotected=mass-erase"
                            : "read_unprotect_when_unprotected=ram-cleared"));
    stm32::Chip& chip = bench.board_.chip();
    chip.option_bytes().preload(0x1FFFC000, Bytes{0xE1});
    bench.start_in_bootloader();
    chip.flash().preload(0x08000000, application);
    chip.program(0x20008000, Bytes{1});
    bench.operate_and_lose(0, {dfu::READ_UNPROTECT});
    Bytes ram(1);
    chip.read_memory(0x20008000, ram);
    EXPECT_EQ(ram[0], 0);
    EXPECT_EQ(chip.flash().content()[0], erases ? 0xFF : application[0]);
    EXPECT_EQ(chip.option_bytes().content()[0], erases ? 0xED : 0xE1) << "default values";
  }
}

TEST(Disputed, IsSaidOfEveryRom) {
  for (const char* const name : {"stm32f105rc", "stm32f303vc", "stm32l476rg", "stm32u575zi"}) {
    std::set<std::string> disputed;
    for (const model::Fact& fact : load(name).facts) {
      if (!fact.disputed.empty()) disputed.insert(fact.subject.substr(fact.subject.rfind('/') + 1));
    }
    EXPECT_EQ(disputed.count("set_address_when_protected"), 1u) << name;
    EXPECT_EQ(disputed.count("read_unprotect_when_unprotected"), 1u) << name;
  }
}

}  // namespace
}  // namespace dfurig::board
