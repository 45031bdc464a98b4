// Who preempts whom (DDI 0403E §B1.5.4), and how interrupts pend (§B3.4.1).
#include "cpu/exceptions.h"

#include "cpu/system_rig.h"

namespace dfurig::cpu {
namespace {

struct Rig {
  explicit Rig(const CoreSpec& core = cortex_m4f()) : spec(core) {}
  void pend(unsigned number, std::uint8_t priority) {
    it.set_priority(number, priority);
    it.set_enabled(number, true);
    it.set_pending(number, true);
  }
  CoreSpec spec;
  State state;
  Exceptions it{spec, state};
};

TEST(Exceptions, TheGroupPriorityDecides) {
  struct Case {
    unsigned prigroup;
    std::uint8_t running, pending;
    bool preempts;
  };
  // Table B1-6: PRIGROUP n leaves bits 7 to n + 1 for the group.
  const Case cases[] = {
      {0, 0x20, 0x10, true},  {0, 0x20, 0x20, false}, {0, 0x10, 0x20, false}, {3, 0x20, 0x10, true},
      {4, 0x30, 0x20, false}, {4, 0x20, 0x10, true},  {5, 0x70, 0x40, false}, {5, 0x40, 0x30, true},
      {6, 0x70, 0x00, false}, {6, 0x80, 0x70, true},  {7, 0xF0, 0x00, false},
  };
  for (const Case& c : cases) {
    Rig rig;
    rig.it.set_prigroup(c.prigroup);
    rig.it.set_priority(16, c.running);
    rig.it.set_active(16, true);
    rig.pend(17, c.pending);
    EXPECT_EQ(rig.it.can_take(), c.preempts)
        << c.prigroup << " " << +c.running << " " << +c.pending;
  }
}

TEST(Exceptions, AmongPendingOnesPriorityThenSubPriorityThenNumber) {
  Rig rig;
  rig.it.set_prigroup(7);
  rig.pend(20, 0x40);
  EXPECT_EQ(rig.it.find_pending(), 20u);
  rig.pend(21, 0x30);
  EXPECT_EQ(rig.it.find_pending(), 21u);
  rig.pend(18, 0x30);
  EXPECT_EQ(rig.it.find_pending(), 18u);
  rig.it.set_pending(HardFault, true);
  EXPECT_EQ(rig.it.find_pending(), HardFault);
  rig.it.set_pending(Nmi, true);
  EXPECT_EQ(rig.it.find_pending(), Nmi);
}

TEST(Exceptions, MasksRaiseThePriorityOfWhatRuns) {
  struct Case {
    bool primask, faultmask;
    std::uint8_t basepri;
    unsigned prigroup, active;
    int priority;
  };
  const Case cases[] = {
      {false, false, 0, 0, 0, 256},        {true, false, 0, 0, 0, 0},
      {false, true, 0, 0, 0, -1},          {true, true, 0x40, 0, 0, -1},
      {false, false, 0x40, 0, 0, 0x40},    {false, false, 0x70, 5, 0, 0x40},
      {false, false, 0x40, 0, 16, 0x40},   {false, false, 0x90, 0, 16, 0x80},
      {false, false, 0, 0, HardFault, -1}, {false, true, 0, 0, Nmi, -2},
  };
  for (const Case& c : cases) {
    Rig rig;
    rig.it.set_prigroup(c.prigroup);
    rig.it.set_priority(16, 0x80);
    if (c.active != 0) rig.it.set_active(c.active, true);
    rig.state.primask = c.primask;
    rig.state.faultmask = c.faultmask;
    rig.state.basepri = c.basepri;
    EXPECT_EQ(rig.it.execution_priority(), c.priority) << +c.basepri << " " << c.active;
  }
}

TEST(Exceptions, PrimaskDoesNotKeepFromWakingButBasepriDoes) {
  Rig rig;
  rig.pend(16, 0x80);
  rig.state.primask = true;
  rig.it.reconsider();
  EXPECT_FALSE(rig.it.can_take());
  EXPECT_TRUE(rig.it.can_wake());
  rig.state.basepri = 0x80;
  EXPECT_FALSE(rig.it.can_wake());
}

TEST(Exceptions, OnlyTheBitsOfPriorityThatAreThere) {
  Rig rig;
  rig.it.set_priority(16, 0xFF);
  EXPECT_EQ(rig.it.priority(16), 0xF0);
  Rig m0(cortex_m0plus());
  m0.it.set_priority(16, 0xFF);
  EXPECT_EQ(m0.it.priority(16), 0xC0);
}

stm32::InterruptLines line(unsigned number) {
  return stm32::InterruptLines().set(number);
}

TEST(Exceptions, AHighLinePendsOnceAndAgainBehindItsHandler) {
  Rig rig;
  rig.it.set_enabled(19, true);
  rig.it.set_lines(line(3));
  EXPECT_TRUE(rig.it.can_take());
  rig.it.set_pending(19, false);  // as the entry does
  rig.it.set_active(19, true);
  rig.it.set_lines(line(3));
  EXPECT_FALSE(rig.it.is_pending(19));
  rig.it.set_active(19, false);
  EXPECT_TRUE(rig.it.is_pending(19));
}

TEST(Exceptions, ALineThatFellIsDoneButWhatItPendedStays) {
  Rig rig;
  rig.it.set_lines(line(3));
  rig.it.set_lines({});
  EXPECT_TRUE(rig.it.is_pending(19));
  rig.it.clear_pending(19);
  EXPECT_FALSE(rig.it.is_pending(19));
  rig.it.set_active(19, true);
  rig.it.set_active(19, false);
  EXPECT_FALSE(rig.it.is_pending(19));
}

TEST(Exceptions, ALineThatRisesInItsHandlerPendsAgain) {
  Rig rig;
  rig.it.set_active(19, true);
  rig.it.set_lines(line(3));
  EXPECT_TRUE(rig.it.is_pending(19));
}

// PM0214 §4.2.9: "if the interrupt signal is still asserted, the state … does not change".
TEST(Exceptions, AHighLineCannotBeCleared) {
  Rig rig;
  rig.it.set_lines(line(3));
  rig.it.clear_pending(19);
  EXPECT_TRUE(rig.it.is_pending(19));
}

TEST(Exceptions, LinesBeyondTheCoreAreNotThere) {
  Rig rig(cortex_m0plus());
  rig.it.set_lines(line(32));
  EXPECT_FALSE(rig.it.is_interrupt_pending());
}

TEST(Exceptions, WithSevonpendWhatBecomesPendingIsAnEvent) {
  Rig rig;
  rig.it.set_pending(16, true);
  EXPECT_FALSE(rig.state.event);
  rig.it.set_sevonpend(true);
  rig.it.set_pending(16, true);  // it was before
  EXPECT_FALSE(rig.state.event);
  rig.it.set_pending(17, true);
  EXPECT_TRUE(rig.state.event);
}

}  // namespace
}  // namespace dfurig::cpu
