#include "board/ending.h"

namespace dfurig::board {
namespace {

std::string exception_text(unsigned exception) {
  switch (exception) {
    case cpu::HardFault:
      return "HardFault";
    case cpu::MemManage:
      return "MemManage";
    case cpu::BusFault:
      return "BusFault";
    case cpu::UsageFault:
      return "UsageFault";
    default:
      return "exception " + std::to_string(exception);
  }
}

}  // namespace

std::string to_string(Stopped stopped) {
  switch (stopped) {
    case Stopped::Running:
      return "running";
    case Stopped::Asleep:
      return "asleep";
    case Stopped::Lockup:
      return "lockup";
    case Stopped::StuckPoll:
      return "stuck poll";
    case Stopped::Breakpoint:
      return "breakpoint";
    case Stopped::InRom:
      return "in the ROM";
    case Stopped::Resets:
      return "resets";
    case Stopped::NoClock:
      return "no clock";
  }
  return "?";
}

std::string TakenFault::names() const {
  std::string text = cpu::cfsr_text(record.cfsr | static_cast<std::uint32_t>(record.fault.kind));
  const std::string hard = cpu::hfsr_text(record.hfsr);
  return hard.empty() ? text : text + " " + hard;
}

std::string TakenFault::text() const {
  return exception_text(record.exception) + " at " + place + ": " + names();
}

}  // namespace dfurig::board
