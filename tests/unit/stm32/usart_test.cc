// RM0008 §27.6 (SR and DR), RM0351 §40.8 (ISR and TDR).
#include "stm32/usart.h"

#include <gtest/gtest.h>

#include "stm32/unit_rig.h"

namespace dfurig::stm32 {
namespace {

RegisterSpec sr() {
  RegisterSpec spec = storage("SR", 0x00, 0xC0);
  spec.fields = {{"TC", 6, 1, Access::ZeroToClear, {}, true},
                 {"TXE", 7, 1, Access::ReadOnly, {}, true}};
  return spec;
}

class UsartTest : public testing::Test {
 protected:
  UnitRig with_sr{"usart", "USART1", {sr(), storage("DR", 0x04), storage("CR1", 0x0C)}, {37}};
  UnitRig with_isr{"usart",
                   "LPUART1",
                   {storage("CR1", 0x00), with_access(storage("ISR", 0x1C, 0xC0), Access::ReadOnly),
                    with_access(storage("ICR", 0x20), Access::WriteOnly), storage("TDR", 0x28)},
                   {70}};
};

constexpr std::uint32_t te = 1u << 3, re = 1u << 2, tcie = 1u << 6, txeie = 1u << 7;
constexpr std::uint32_t pce = 1u << 10, m0 = 1u << 12, m1 = 1u << 28;
constexpr std::uint32_t ue_beside_sr = 1u << 13, ue_beside_isr = 1;
constexpr std::uint32_t tc = 1u << 6, txe = 1u << 7, teack = 1u << 21, reack = 1u << 22;

TEST_F(UsartTest, SendsWhileEnabled) {
  with_sr.write("CR1", ue_beside_sr | te);
  with_isr.write("CR1", ue_beside_isr | te);
  for (const char byte : std::string("hello")) {
    with_sr.write("DR", static_cast<std::uint8_t>(byte));
    with_isr.write("TDR", static_cast<std::uint8_t>(byte));
  }
  EXPECT_EQ(with_sr.around.sent["USART1"], "hello");
  EXPECT_EQ(with_isr.around.sent["LPUART1"], "hello");
}

TEST_F(UsartTest, SendsNothingWithoutUeOrTe) {
  for (const std::uint32_t cr1 : {0u, ue_beside_sr, te, ue_beside_isr | te}) {
    with_sr.write("CR1", cr1);
    with_sr.write("DR", 'x');
  }
  for (const std::uint32_t cr1 : {0u, ue_beside_isr, te, ue_beside_sr | te}) {
    with_isr.write("CR1", cr1);
    with_isr.write("TDR", 'x');
  }
  EXPECT_TRUE(with_sr.around.sent.empty());
  EXPECT_TRUE(with_isr.around.sent.empty());
}

TEST_F(UsartTest, IsReadyForTheNextAtOnce) {
  EXPECT_EQ(with_sr.read("SR"), txe | tc);
  with_sr.write("CR1", ue_beside_sr | te);
  with_sr.write("DR", 'x');
  EXPECT_EQ(with_sr.read("SR"), txe | tc);
}

TEST_F(UsartTest, NothingIsReceived) {
  with_sr.write("CR1", ue_beside_sr | te);
  with_sr.write("DR", 'x');
  EXPECT_EQ(with_sr.read("DR"), 0u);
}

TEST_F(UsartTest, TcIsClearedAndComesBackWithTheNextByte) {
  with_sr.write("CR1", ue_beside_sr | te);
  with_sr.write("SR", ~tc);
  EXPECT_EQ(with_sr.read("SR"), txe);
  with_sr.write("DR", 'x');
  EXPECT_EQ(with_sr.read("SR"), txe | tc);

  with_isr.write("CR1", ue_beside_isr | te);
  with_isr.write("ICR", tc);
  EXPECT_EQ(with_isr.read("ISR"), txe | teack);
  with_isr.write("TDR", 'x');
  EXPECT_EQ(with_isr.read("ISR"), txe | tc | teack);
}

// RM0008 §27.3.2: setting TE sends an idle frame.
TEST_F(UsartTest, SettingTeSetsTc) {
  with_sr.write("SR", ~tc);
  with_sr.write("CR1", ue_beside_sr | te);
  EXPECT_EQ(with_sr.read("SR"), txe | tc);
}

TEST_F(UsartTest, EnablesAreAcknowledged) {
  with_isr.write("CR1", te | re);
  EXPECT_EQ(with_isr.read("ISR") & (teack | reack), 0u);
  with_isr.write("CR1", ue_beside_isr | te | re);
  EXPECT_EQ(with_isr.read("ISR") & (teack | reack), teack | reack);
  with_isr.write("CR1", ue_beside_isr | re);
  EXPECT_EQ(with_isr.read("ISR") & (teack | reack), reack);
}

// RM0444 §33.8.9: TXFE, the transmit FIFO is empty.
TEST_F(UsartTest, TheFifoIsAlwaysEmpty) {
  with_isr.write("CR1", ue_beside_isr | te | 1u << 29);
  with_isr.write("TDR", 'x');
  EXPECT_EQ(with_isr.read("ISR"), txe | tc | teack | 1u << 23);
}

TEST_F(UsartTest, InterruptsAreFlagsThatAreEnabled) {
  EXPECT_EQ(with_sr.unit->interrupts(), 0u);
  with_sr.write("CR1", txeie);
  EXPECT_EQ(with_sr.unit->interrupts(), 1u);
  with_sr.write("CR1", tcie);
  EXPECT_EQ(with_sr.unit->interrupts(), 1u);
  with_sr.write("SR", ~tc);
  EXPECT_EQ(with_sr.unit->interrupts(), 0u);
}

// RM0351 §40.5.1
TEST_F(UsartTest, WordLengthAndParityLeaveSoManyDataBits) {
  struct Row {
    std::uint32_t cr1;
    std::uint8_t sent;
  };
  for (const Row& row : {Row{0, 0xFF}, Row{m0, 0xFF}, Row{pce, 0x7F}, Row{m0 | pce, 0xFF},
                         Row{m1, 0x7F}, Row{m1 | pce, 0x3F}}) {
    with_isr.around.sent.clear();
    with_isr.write("CR1", ue_beside_isr | te | row.cr1);
    with_isr.write("TDR", 0x1FF);
    EXPECT_EQ(with_isr.around.sent["LPUART1"], std::string(1, static_cast<char>(row.sent)));
  }
}

}  // namespace
}  // namespace dfurig::stm32
