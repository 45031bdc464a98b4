#include "stm32/option_bytes.h"

#include <gtest/gtest.h>

namespace dfurig::stm32 {
namespace {

OptionBytesSpec two_windows() {
  return {{{0x1FFF7800, 4}, {0x1FFFF800, 2}}, {0xAA, 1, 2, 3, 4, 5}, 0, 0xAA, 0xCC, {}};
}

TEST(OptionBytes, ShowTheirWindows) {
  const OptionBytes options(two_windows());
  EXPECT_TRUE(options.contains(0x1FFF7803, 1));
  EXPECT_FALSE(options.contains(0x1FFF7803, 2)) << "windows do not follow one another";
  EXPECT_EQ(options.view(0x1FFFF800, 2)[1], 5);
  EXPECT_TRUE(options.is_window_start(0x1FFFF800));
  EXPECT_FALSE(options.is_window_start(0x1FFFF801));
}

TEST(OptionBytes, KeepWhatAPreloadDoesNotGive) {
  OptionBytes options(two_windows());
  options.preload(0x1FFFF800, Bytes{9});
  options.load();
  EXPECT_EQ(options.content()[4], 9);
  EXPECT_EQ(options.content()[5], 5);
}

TEST(OptionBytes, TellTheReadProtectionLevel) {
  OptionBytes options(two_windows());
  EXPECT_EQ(options.read_protection(), ReadProtection::Level0);
  options.preload(0x1FFF7800, Bytes{0x12});
  options.load();
  EXPECT_EQ(options.read_protection(), ReadProtection::Level1);
  options.preload(0x1FFF7800, Bytes{0xCC});
  options.load();
  EXPECT_EQ(options.read_protection(), ReadProtection::Level2);
  options.set_rdp_level0();
  options.load();
  EXPECT_EQ(options.read_protection(), ReadProtection::Level0);
  options.preload(0x1FFF7800, Bytes{0, 0});
  options.load();
  options.restore_factory();
  EXPECT_EQ(options.content()[1], 1);
}

TEST(WriteProtection, IsABitASectorWhere0Protects) {
  OptionBytesSpec spec = two_windows();
  spec.write_protection.bits = {{{1, 2}, 12}};
  OptionBytes options(spec);
  options.preload(0x1FFF7800, Bytes{0xAA, 0xFD, 0xF7});
  options.load();
  for (std::size_t sector = 0; sector < 16; ++sector) {
    EXPECT_EQ(options.is_write_protected(sector), sector == 1 || sector == 11) << sector;
  }
}

TEST(WriteProtection, CountsSectorsABitAndTheRestWithTheLast) {
  OptionBytesSpec spec = two_windows();
  // F0 and F3: the bytes stand apart, 4 sectors a bit, the last bit covers all from there on.
  spec.write_protection.bits = {{{1, 3}, 16, 0, 4, true, false}};
  OptionBytes options(spec);
  options.preload(0x1FFF7800, Bytes{0xAA, 0xFD, 0, 0x7F});
  options.load();
  for (std::size_t sector = 0; sector < 128; ++sector) {
    EXPECT_EQ(options.is_write_protected(sector), (sector >= 4 && sector < 8) || sector >= 60)
        << sector;
  }
}

TEST(WriteProtection, MayBeABitThatIs1) {
  OptionBytesSpec spec = two_windows();
  spec.write_protection.bits = {{{1}, 8, 0, 32, false, true}};  // L0: 32 pages a bit
  OptionBytes options(spec);
  options.preload(0x1FFF7800, Bytes{0xAA, 0x02});
  options.load();
  EXPECT_FALSE(options.is_write_protected(31));
  EXPECT_TRUE(options.is_write_protected(32));
  EXPECT_TRUE(options.is_write_protected(63));
  EXPECT_FALSE(options.is_write_protected(64));
}

struct ComplementRow {
  Complement complement;
  Bytes factory;
  std::size_t value;  ///< offset of a value…
  std::size_t proof;  ///< …and of its complement
};

// RM0091 §4, RM0367 §3.8, RM0351 §3.4.1: where the complements stand.
const std::vector<ComplementRow> complements = {
    {Complement::Byte, {0xAA, 0x55, 0x0F, 0xF0, 1, 0xFE, 2, 0xFD}, 2, 3},
    {Complement::HalfWord, {0xAA, 0x0F, 0x55, 0xF0, 1, 2, 0xFE, 0xFD}, 1, 3},
    {Complement::Word, {0xAA, 0x0F, 1, 2, 0x55, 0xF0, 0xFE, 0xFD}, 1, 5}};

TEST(Complements, ArePartOfAWriteAndCheckedByLoading) {
  for (const ComplementRow& row : complements) {
    OptionBytesSpec spec{{{0x1FFF7800, 8}}, row.factory, 0, 0xAA, 0xCC, {}};
    spec.complement = row.complement;
    OptionBytes options(spec);
    EXPECT_EQ(options.loaded()[row.value], 0x0F);
    Bytes data = row.factory;
    data[row.value] = 0x3C;
    options.begin_write(0x1FFF7800, data);
    options.finish_write();
    EXPECT_EQ(options.content()[row.proof], 0xC3) << "the hardware computes it";
    options.load();
    EXPECT_EQ(options.loaded()[row.value], 0x3C);
    data[row.proof] = 0x00;
    options.preload(0x1FFF7800, data);
    options.load();
    EXPECT_EQ(options.loaded()[row.value], 0xFF) << "a value without its complement";
    EXPECT_EQ(options.content()[row.value], 0x3C);
  }
}

// The factory content of F4 and F7.
TEST(Complements, OfWhatRegistersShowAreComputedAndNotChecked) {
  const Bytes mirrored = {0xED, 0xBB, 0x12, 0x44, 0x12, 0x44, 0xED, 0xBB};
  const Bytes padded = {0xED, 0xBB, 0x12, 0x44, 0xFF, 0xFF, 0xFF, 0xFF};
  for (const auto& [complement, expected] :
       {std::pair{Complement::HalfWordMirrored, mirrored}, {Complement::HalfWordPadded, padded}}) {
    OptionBytesSpec spec{{{0x1FFFC000, 16}}, Bytes(16, 0xFF), 1, 0xAA, 0xCC, {}};
    spec.complement = complement;
    spec.registers = {{"OPTCR", "", {0, 1}}};
    OptionBytes options(spec);
    Bytes whole = expected;
    whole.resize(16, 0xFF);  // the rest is in no register and stays
    options.begin_write(0x1FFFC000, Bytes{0xED, 0xBB, 1, 2, 3, 4, 5, 6});
    options.finish_write();
    EXPECT_EQ(Bytes(options.content().begin(), options.content().end()), whole);
    options.load();
    EXPECT_FALSE(options.has_mismatch());
    options.set_rdp_level0();
    EXPECT_EQ(options.content()[1], 0xAA);
    EXPECT_EQ(options.content()[3], 0x55);
    options.preload(0x1FFFC002, Bytes{0});
    options.load();
    EXPECT_EQ(options.loaded()[0], 0xED) << "nothing checks it";
  }
}

// RM0490 §4.4.2: what fails is a word with its complement, and what loads instead is told for each.
TEST(Complements, LoadTheFamilysValuesForAWholeUnitThatFails) {
  OptionBytesSpec spec{{{0x1FFF7800, 16}}, Bytes(16, 0x00), 0, 0xAA, 0xCC, {}};
  spec.complement = Complement::Word;
  spec.mismatch = {0xFF, 0xF8, 0xFF, 0xFF, 0, 0, 0, 0, 0x11, 0x22, 0x33, 0x44, 0, 0, 0, 0};
  OptionBytes options(spec);
  options.preload(0x1FFF7800, Bytes{0xAA, 1, 2, 3});
  options.preload(0x1FFF7808, Bytes{5, 6, 7, 8});
  options.preload(0x1FFF780F, Bytes{0x00});  // one byte of one complement
  options.load();
  EXPECT_EQ(Bytes(options.loaded().begin(), options.loaded().begin() + 4), (Bytes{0xAA, 1, 2, 3}));
  EXPECT_EQ(Bytes(options.loaded().begin() + 8, options.loaded().begin() + 12),
            (Bytes{0x11, 0x22, 0x33, 0x44}));
}

TEST(OptionBytes, TakeEffectWhenTheyAreLoaded) {
  OptionBytes options(two_windows());
  options.preload(0x1FFF7800, Bytes{0x12});
  EXPECT_EQ(options.read_protection(), ReadProtection::Level0);
  options.load();
  EXPECT_EQ(options.read_protection(), ReadProtection::Level1);
}

TEST(OptionBytes, AreErasedBetweenTheHalvesOfAWrite) {
  OptionBytes options(two_windows());
  options.begin_write(0x1FFF7800, Bytes{0xAA, 7});
  EXPECT_EQ(options.read_protection(), ReadProtection::Level0) << "not loaded yet";
  options.load();  // the power went off and came back
  EXPECT_EQ(options.read_protection(), ReadProtection::Level1);
  options.finish_write();
  EXPECT_EQ(options.content()[1], 0xFF) << "the other half is lost";
  options.begin_write(0x1FFF7800, Bytes{0xAA, 7});
  options.finish_write();
  EXPECT_EQ(Bytes(options.content().begin(), options.content().end()),
            (Bytes{0xAA, 7, 0xFF, 0xFF, 4, 5}))
      << "what is not given stays erased, other windows are not touched";
}

// RM0490 §4.4.2, PM0059 §2.6.2: all of them are programmed anew from the option registers.
TEST(OptionBytes, KeepWhatAWriteDoesNotGiveWhereTheyAreWrittenThroughRegisters) {
  OptionBytesSpec spec = two_windows();
  spec.not_given = NotGiven::Kept;
  OptionBytes options(spec);
  options.begin_write(0x1FFF7800, Bytes{0xAA, 7});
  EXPECT_EQ(options.content()[2], 0xFF) << "erased all the same between the halves";
  options.finish_write();
  EXPECT_EQ(Bytes(options.content().begin(), options.content().end()),
            (Bytes{0xAA, 7, 2, 3, 4, 5}));
}

TEST(OptionBytes, MayOutliveAWriteThatLosesItsSecondHalf) {
  OptionBytesSpec spec = two_windows();
  spec.interrupted_write = InterruptedWrite::Kept;
  OptionBytes options(spec);
  options.begin_write(0x1FFF7800, Bytes{0xBB, 7});
  options.load();
  EXPECT_EQ(options.read_protection(), ReadProtection::Level0);
  EXPECT_EQ(options.content()[1], 1);
}

TEST(OptionBytes, CannotBeWrittenAtLevel2) {
  OptionBytes options(two_windows());
  options.preload(0x1FFF7800, Bytes{0xCC});
  options.load();
  options.begin_write(0x1FFF7800, Bytes{0xAA});
  options.finish_write();
  EXPECT_EQ(options.content()[0], 0xCC);
}

// RM0090 Rev 21 §3.7.5
TEST(Sprmod, CannotBeLiftedByAWrite) {
  OptionBytesSpec spec = two_windows();
  spec.write_protection.bits = {{{1}, 8}};
  spec.pcrop.mode = OptionBit{2, 7};
  OptionBytes options(spec);
  options.preload(0x1FFF7800, Bytes{0xAA, 0x03, 0x80, 9});  // sectors 0 and 1
  options.load();
  EXPECT_TRUE(options.is_pcrop_mode());
  EXPECT_TRUE(options.is_write_protected(1));
  EXPECT_FALSE(options.is_write_protected(2));
  for (const Bytes& lifting : {Bytes{0xAA, 0x03, 0x00, 7}, Bytes{0xAA, 0x01, 0x80, 7}}) {
    options.begin_write(0x1FFF7800, lifting);
    options.finish_write();
    EXPECT_EQ(options.content()[3], 9) << "the whole write is cancelled";
  }
  options.begin_write(0x1FFF7800, Bytes{0xAA, 0x07, 0x80, 7});
  options.finish_write();
  options.load();
  EXPECT_EQ(options.content()[3], 7);
  EXPECT_TRUE(options.is_write_protected(2)) << "it can be extended";
}

// RM0440 §3.5.2
// RM0367 Rev 7 §3.4.4: what lifts PCROP is RDP from level 1 to level 0, and nothing else.
TEST(Sprmod, CannotBeLiftedByAStoreButOnTheWayToLevel0) {
  OptionBytesSpec spec = two_windows();
  spec.write_protection.bits = {{{1}, 8}};
  spec.pcrop.mode = OptionBit{2, 7};
  OptionBytes options(spec);
  options.preload(0x1FFF7800, Bytes{0xAA, 0xFF, 0x80});
  options.load();
  options.store(0x1FFF7802, Bytes{0x00});
  EXPECT_EQ(options.content()[2], 0x80);
  options.preload(0x1FFF7800, Bytes{0xBB});
  options.load();
  options.store(0x1FFF7802, Bytes{0x00});
  EXPECT_EQ(options.content()[2], 0x80);
  options.store(0x1FFF7800, Bytes{0xAA, 0xFF, 0x00});
  EXPECT_EQ(options.content()[2], 0x00);
  EXPECT_TRUE(options.is_level0_programmed());
}

TEST(OptionBytes, AreNeitherErasedNorStoredToAtLevel2) {
  OptionBytes options(two_windows());
  options.preload(0x1FFF7800, Bytes{0xCC});
  options.load();
  options.erase();
  options.store(0x1FFF7800, Bytes{0xAA});
  EXPECT_EQ(options.content()[0], 0xCC);
}

TEST(PcropAreas, CanGrowAndNotShrink) {
  const Bytes factory = {0xAA, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0};
  OptionBytesSpec spec{{{0x1FFF7800, 12}}, factory, 0, 0xAA, 0xCC, {}};
  spec.pcrop.areas = {{4, 8, 16, 8, 0x08000000}};
  OptionBytes options(spec);
  const auto write = [&](std::uint8_t first, std::uint8_t last) {
    options.begin_write(0x1FFF7800, Bytes{0xAA, 7, 0, 0, first, 0, 0, 0, last, 0});
    options.finish_write();
    options.load();
    return options.pcrop_areas();
  };
  EXPECT_EQ(write(9, 8), std::vector<Window>{}) << "first behind last: none";
  EXPECT_EQ(write(2, 3), (std::vector<Window>{{0x08000010, 16}}));
  EXPECT_EQ(write(9, 8), (std::vector<Window>{{0x08000010, 16}}));
  EXPECT_EQ(write(2, 2), (std::vector<Window>{{0x08000010, 16}}));
  EXPECT_EQ(options.content()[1], 7) << "the rest is written";
  EXPECT_EQ(write(1, 4), (std::vector<Window>{{0x08000008, 32}}));
}

TEST(OptionBytes, HaveNoLevel2OnTheF1) {
  OptionBytesSpec spec = two_windows();
  spec.rdp_level2.reset();
  OptionBytes options(spec);
  options.preload(0x1FFF7800, Bytes{0xCC});
  options.load();
  EXPECT_EQ(options.read_protection(), ReadProtection::Level1);
}

// SPRMOD of the F4, WPRMOD of the L0: the same bits name the sectors for PCROP, the other way
// round.
TEST(WriteProtection, IsReversedByTheProtectionModeBit) {
  OptionBytesSpec spec = two_windows();
  spec.write_protection.bits = {{{1}, 8}};
  spec.pcrop.mode = OptionBit{2, 7};
  OptionBytes options(spec);
  for (const bool is_reversed : {false, true}) {
    options.preload(0x1FFF7801, Bytes{0xFD, static_cast<std::uint8_t>(is_reversed ? 0x80 : 0)});
    options.load();
    EXPECT_EQ(options.is_write_protected(0), is_reversed);
    EXPECT_EQ(options.is_write_protected(1), !is_reversed);
  }
}

TEST(WriteProtection, IsAnAreaFromStartToEnd) {
  OptionBytesSpec spec = two_windows();
  spec.write_protection.areas = {{1, 2, 0}, {4, 5, 256}};
  OptionBytes options(spec);
  options.preload(0x1FFF7800, Bytes{0xAA, 3, 5});
  options.preload(0x1FFFF800, Bytes{0xFF, 0x00});
  options.load();
  EXPECT_FALSE(options.is_write_protected(2));
  EXPECT_TRUE(options.is_write_protected(3));
  EXPECT_TRUE(options.is_write_protected(5));
  EXPECT_FALSE(options.is_write_protected(6));
  EXPECT_FALSE(options.is_write_protected(256 + 100)) << "a start above its end protects nothing";
}

}  // namespace
}  // namespace dfurig::stm32
