#include "dfu/state_machine.h"

#include <gtest/gtest.h>

#include <array>

namespace dfurig::dfu {
namespace {

constexpr int S = -1;        // DFU mode: STALL, then dfuERROR with errSTALLEDPKT
constexpr int S_app = -2;    // application mode: STALL, then appIDLE
constexpr int unknown = -3;  // acknowledged, then dfuERROR with errUNKNOWN

// DFU 1.1 Appendix A.2, written from the specification: a row a state, a column a request, a cell
// the next state. Where two outcomes depend on the device's work, the cell is the first of them:
// GETSTATUS leads from dfuDNLOAD-SYNC to dfuDNBUSY and from dfuMANIFEST-SYNC to dfuMANIFEST.
struct Row {
  int state;
  //  DETACH DNLOAD DNLOAD(0) UPLOAD GETSTATUS CLRSTATUS GETSTATE ABORT
  std::array<int, 8> next;
};

constexpr std::array<Row, 11> appendix_a = {{
    {0, {1, S_app, S_app, S_app, 0, S_app, 0, S_app}},
    {1, {S_app, S_app, S_app, S_app, 1, S_app, 1, S_app}},
    {2, {S, 3, S, 9, 2, S, 2, 2}},
    {3, {S, S, S, S, 4, S, 3, 2}},
    {4, {S, S, S, S, S, S, S, S}},
    {5, {S, 3, 6, S, 5, S, 5, 2}},
    {6, {S, S, S, S, 7, S, 6, 2}},
    {7, {S, S, S, S, S, S, S, S}},
    {8, {S, S, S, S, S, S, S, S}},
    {9, {S, S, S, 9, 9, S, 9, 2}},
    {10, {S, S, S, S, 10, 2, 10, S}},
}};

// The STM32 ROM's departures, each with its source.
struct Deviation {
  int state;
  Event event;
  int next;
  const char* source;
};

constexpr std::array rom_deviations = {
    Deviation{2, Event::DnloadZero, 6, "AN3156 §5.5: Leave is accepted in dfuIDLE"},
    Deviation{4, Event::Getstatus, 5, "AN3156 §5: the second GETSTATUS gives the result"},
    Deviation{2, Event::Clrstatus, unknown, "ST DfuSe 3.0.6's option-byte probe; H743 logs"},
    Deviation{3, Event::Clrstatus, unknown, "as in dfuIDLE"},
    Deviation{4, Event::Clrstatus, unknown, "betaflight-configurator usbdfu.js, H743"},
    Deviation{5, Event::Clrstatus, unknown, "ST DfuSe 3.0.6's option-byte probe"},
    Deviation{6, Event::Clrstatus, unknown, "as in dfuIDLE"},
    Deviation{9, Event::Clrstatus, unknown, "ST DfuSe 3.0.6's option-byte probe"},
};

constexpr std::array events = {Event::Detach,    Event::Dnload,    Event::DnloadZero, Event::Upload,
                               Event::Getstatus, Event::Clrstatus, Event::Getstate,   Event::Abort};

/// bStatus before each request: only dfuERROR has one that is not OK.
Status status_in(int state) {
  return state == 10 ? Status::errVENDOR : Status::OK;
}

Transition expected(int state, int cell) {
  if (cell == S) return {true, State::dfuERROR, Status::errSTALLEDPKT};
  if (cell == S_app) return {true, State::appIDLE, Status::OK};
  if (cell == unknown) return {false, State::dfuERROR, Status::errUNKNOWN};
  // Requests that only look keep bStatus; CLRSTATUS and everything that moves on clears it.
  return {false, static_cast<State>(cell), cell == state ? status_in(state) : Status::OK};
}

void check(const Row& row, std::size_t column, int cell, const Deviations& deviations) {
  const auto state = static_cast<State>(row.state);
  const Transition found = transition(state, status_in(row.state), events[column], deviations);
  EXPECT_EQ(found, expected(row.state, cell))
      << to_string(state) << ", column " << column << ": next state " << to_string(found.state)
      << (found.stalls ? ", stalled" : "");
}

TEST(StateMachine, IsAppendixAToTheLetterWithoutDeviations) {
  for (const Row& row : appendix_a) {
    for (std::size_t i = 0; i < events.size(); ++i) check(row, i, row.next[i], Deviations{});
  }
}

TEST(StateMachine, OfTheRomIsAppendixAExceptWhereASourceSaysOtherwise) {
  const Deviations rom{true, true, ClrstatusOutsideError::ErrorUnknown};
  for (const Row& row : appendix_a) {
    for (std::size_t i = 0; i < events.size(); ++i) {
      int cell = row.next[i];
      for (const Deviation& it : rom_deviations) {
        if (it.state == row.state && it.event == events[i]) cell = it.next;
      }
      check(row, i, cell, rom);
    }
  }
}

TEST(StateMachine, ClearsToDfuIdleWhereThatPolicyIsChosen) {
  const Deviations tolerant{true, true, ClrstatusOutsideError::ToIdle};
  EXPECT_EQ(transition(State::dfuDNLOAD_IDLE, Status::OK, Event::Clrstatus, tolerant),
            (Transition{false, State::dfuIDLE, Status::OK}));
}

TEST(FindEvent, TellsAZeroLengthDownloadApart) {
  EXPECT_EQ(find_event(DFU_DNLOAD, 0), Event::DnloadZero);
  EXPECT_EQ(find_event(DFU_DNLOAD, 5), Event::Dnload);
  EXPECT_EQ(find_event(DFU_ABORT, 0), Event::Abort);
  EXPECT_EQ(find_event(7, 0), std::nullopt);
}

}  // namespace
}  // namespace dfurig::dfu
