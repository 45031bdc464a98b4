// Exceptions, NVIC, SysTick, SCB and DWT of one core: everything at 0xE0000000 to 0xE000EFFF, and
// what the architecture does with the state when an exception is taken or returned from.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "cpu/exceptions.h"
#include "cpu/fault.h"
#include "cpu/spec.h"
#include "cpu/state.h"
#include "cpu/systick.h"
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
  SystemControl(const CoreSpec& spec, State& state, WordAccess& memory)
      : spec_(spec), state_(state), memory_(memory), exceptions_(spec, state) {}

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
  void set_interrupt_lines(const stm32::InterruptLines& lines) { exceptions_.set_lines(lines); }
  void pend(unsigned exception) { exceptions_.set_pending(exception, true); }
  /// A pending exception's priority is above that of what runs (DDI 0403E §B1.5.4).
  bool can_take_exception() const { return exceptions_.can_take(); }
  /// What would end WFI: as above, with PRIMASK taken for clear.
  bool can_wake() const { return exceptions_.can_wake(); }
  /// Stacks and enters the most urgent pending exception; State::r[pc] is where it will return to.
  /// False: lockup.
  bool take_exception();
  /// Takes `fault` of the instruction at State::r[pc], escalated as far as needed; false: lockup.
  bool take_fault(const Fault& fault);
  /// SVC: State::r[pc] is behind the instruction. False: lockup.
  bool call_supervisor();
  /// A branch to EXC_RETURN in Handler mode: unstacks, tail-chains. False: lockup.
  bool return_from_exception(std::uint32_t exc_return);
  int execution_priority() const { return exceptions_.execution_priority(); }
  /// After MSR, CPS and anything else that changed PRIMASK, FAULTMASK or BASEPRI.
  void masks_changed() { exceptions_.reconsider(); }
  /// Before a floating-point instruction: CPACR must allow it; CONTROL.FPCA is set. Absent: go on.
  std::optional<Fault> use_floating_point();

  /// SLEEPONEXIT asked for sleep as the last return reached Thread mode. Cleared by reading.
  bool take_sleep_on_exit();
  /// SYSRESETREQ was written to AIRCR. Cleared by reset().
  bool is_reset_requested() const { return is_reset_requested_; }
  bool does_divide_by_zero_trap() const;
  bool does_unaligned_trap() const;

  const std::vector<FaultRecord>& faults() const { return faults_; }
  /// Registers here that software touched and that are not there, by sentence.
  const std::map<std::string, std::uint64_t>& not_emulated() const { return not_emulated_; }

 private:
  struct Register;

  const Register* find_register(std::uint32_t address) const;
  std::uint32_t read_word_at(std::uint32_t address, bool is_peek);
  void write_word_at(std::uint32_t address, std::uint32_t value, std::uint32_t lanes, bool is_poke);
  bool has_priority(unsigned exception) const;
  std::uint32_t read_priorities(std::uint32_t address) const;
  void write_priorities(std::uint32_t address, std::uint32_t value, std::uint32_t lanes);
  std::uint32_t read_interrupt_bits(std::uint32_t address) const;
  void write_interrupt_bits(std::uint32_t address, std::uint32_t value, bool is_poke);
  std::uint32_t icsr() const;
  void write_icsr(std::uint32_t value);
  void write_aircr(std::uint32_t value, bool is_poke);
  std::uint32_t shcsr() const;
  void write_shcsr(std::uint32_t value);
  std::uint32_t& stored(std::uint32_t address);
  void count(const std::string& what, std::uint32_t address);

  bool is_v6m() const { return spec_.architecture == Architecture::ArmV6M; }
  unsigned target_of(const Fault& fault) const;
  void note(const Fault& fault);
  bool raise(const Fault& fault, unsigned exception, std::uint32_t return_address);
  bool lock_up(const Fault& fault, unsigned exception);
  void derive(FaultKind kind);
  bool push_frame(std::uint32_t return_address, std::uint32_t& exc_return);
  bool does_frame_align(bool has_fp) const;
  void deactivate(unsigned number);
  /// The fault that kept it from returning, then nothing but the stack in use has changed.
  std::optional<FaultKind> pop_frame(std::uint32_t exc_return);
  bool enter(std::uint32_t return_address);
  bool enter_handler(std::uint32_t exc_return);
  bool refuse_return(std::uint32_t exc_return);
  bool is_return_valid(std::uint32_t exc_return) const;

  const CoreSpec& spec_;
  State& state_;
  WordAccess& memory_;
  Exceptions exceptions_;
  SysTickTimer systick_;
  std::map<std::uint32_t, std::uint32_t> registers_;  ///< what is only stored, by address
  std::uint32_t cyccnt_ = 0;
  bool is_reset_requested_ = false;
  bool sleeps_on_exit_ = false;
  std::vector<FaultRecord> faults_;
  std::map<std::string, std::uint64_t> not_emulated_;
};

}  // namespace dfurig::cpu
