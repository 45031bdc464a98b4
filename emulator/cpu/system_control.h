// Exceptions, NVIC, SysTick, SCB and DWT of one core: everything at 0xE0000000 to 0xE000EFFF, and
// what the architecture does with the state when an exception is taken or returned from.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "cpu/fault.h"
#include "cpu/spec.h"
#include "cpu/state.h"
#include "stm32/bus.h"

namespace dfurig::cpu {

/// Words for stacking and vectors. Absent, or false: a bus error.
class WordAccess {
 public:
  virtual ~WordAccess() = default;
  virtual std::optional<std::uint32_t> read_word(std::uint32_t address) = 0;
  virtual bool write_word(std::uint32_t address, std::uint32_t value) = 0;
};

class SystemControl {
 public:
  /// All must outlive it.
  SystemControl(const CoreSpec& spec, State& state, WordAccess& memory);

  /// Core reset (DDI 0403E §B1.5.5): registers, VTOR and priorities take reset values; MSP and PC
  /// come from the table at `vector_table`. False: lockup, the vectors cannot be read; a PC with a
  /// clear Thumb bit is only found when it is executed.
  bool reset(std::uint32_t vector_table);

  // --- Software's accesses: 1, 2 or 4 bytes. Absent, or false: a bus error. ---

  static bool contains(std::uint32_t address) {
    return address >> 20 == 0xE00 && address < 0xE0040000;
  }
  std::optional<std::uint32_t> read(std::uint32_t address, unsigned width);
  bool write(std::uint32_t address, unsigned width, std::uint32_t value);

  // --- The debugger's view: words without side effects. The board hands state over with these. ---

  std::optional<std::uint32_t> peek(std::uint32_t address) const;
  bool poke(std::uint32_t address, std::uint32_t value);

  // --- Time. ---

  /// Lets SysTick and CYCCNT count.
  void advance(std::uint64_t cycles);
  /// Cycles, at least 1, until SysTick pends by itself; absent when it will not.
  std::optional<std::uint64_t> next_event() const;

  // --- Exceptions. ---

  /// A line that is high pends its interrupt, and again when its handler returned.
  void set_interrupt_lines(const stm32::InterruptLines& lines);
  void pend(unsigned exception);
  /// A pending exception's priority is above that of what runs (DDI 0403E §B1.5.4).
  bool can_take_exception() const { return can_take_exception_; }
  /// What would end WFI: as above, with PRIMASK taken for clear.
  bool can_wake() const;
  /// Stacks and enters the most urgent pending exception; State::r[pc] is where it will return to.
  /// False: lockup.
  bool take_exception();
  /// Takes `fault` of the instruction at State::r[pc], escalated as far as needed; false: lockup.
  bool take_fault(const Fault& fault);
  /// SVC: State::r[pc] is behind the instruction. False: lockup.
  bool call_supervisor();
  /// A branch to EXC_RETURN in Handler mode: unstacks, tail-chains. False: lockup.
  bool return_from_exception(std::uint32_t exc_return);
  /// After MSR, CPS and anything else that changed PRIMASK, FAULTMASK or BASEPRI.
  void masks_changed() { reconsider(); }
  /// Before a floating-point instruction: CPACR allows it, lazy stacking is done, FPCA set. Absent:
  /// go on.
  std::optional<Fault> use_floating_point();

  /// SLEEPONEXIT asked for sleep as the last return reached Thread mode. Cleared by reading.
  bool take_sleep_on_exit();
  /// SYSRESETREQ was written to AIRCR. Cleared by reset().
  bool is_reset_requested() const { return is_reset_requested_; }
  bool does_divide_by_zero_trap() const;
  bool does_unaligned_trap() const;

  const std::vector<FaultRecord>& faults() const { return faults_; }

 private:
  void reconsider();

  const CoreSpec& spec_;
  State& state_;
  WordAccess& memory_;
  bool can_take_exception_ = false;
  bool is_reset_requested_ = false;
  std::vector<FaultRecord> faults_;
};

}  // namespace dfurig::cpu
