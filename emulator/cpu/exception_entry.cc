// Taking exceptions and returning from them (DDI 0403E §B1.5.6 to §B1.5.14, DDI 0419 §B1.5).
#include <algorithm>
#include <array>
#include <utility>

#include "cpu/system_control.h"

namespace dfurig::cpu {
namespace {

constexpr std::uint32_t vtor_address = 0xE000ED08;
constexpr std::uint32_t ccr_address = 0xE000ED14;
constexpr std::uint32_t cfsr_address = 0xE000ED28;
constexpr std::uint32_t hfsr_address = 0xE000ED2C;
constexpr std::uint32_t mmfar_address = 0xE000ED34;
constexpr std::uint32_t bfar_address = 0xE000ED38;
constexpr std::uint32_t scr_address = 0xE000ED10;
constexpr std::uint32_t fpccr_address = 0xE000EF34;
constexpr std::uint32_t fpcar_address = 0xE000EF38;
constexpr std::uint32_t fpdscr_address = 0xE000EF3C;
constexpr std::uint32_t cpacr_address = 0xE000ED88;

constexpr std::uint32_t hfsr_vecttbl = 1u << 1;
constexpr std::uint32_t hfsr_forced = 1u << 30;
constexpr std::uint32_t mmarvalid = 1u << 7;
constexpr std::uint32_t bfarvalid = 1u << 15;
constexpr std::uint32_t ccr_div_0_trp = 1u << 4;
constexpr std::uint32_t ccr_unalign_trp = 1u << 3;
constexpr std::uint32_t ccr_stkalign = 1u << 9;
constexpr std::uint32_t ccr_nonbasethrdena = 1u << 0;
constexpr std::uint32_t scr_sleeponexit = 1u << 1;
constexpr std::uint32_t fpccr_aspen = 1u << 31;

constexpr std::uint32_t fpdscr_bits = 0x07C00000;

constexpr unsigned basic_frame = 0x20;
constexpr unsigned extended_frame = 0x68;
constexpr std::uint32_t xpsr_align = 1u << 9;

// EXC_RETURN (§B1.5.8): bit 4 clear: with floating-point registers; bit 3: to Thread mode; bit 2:
// to the process stack.
constexpr std::uint32_t exc_return_base = 0xFFFFFFE1;
constexpr std::uint32_t exc_return_basic = 1u << 4;
constexpr std::uint32_t exc_return_thread = 1u << 3;
constexpr std::uint32_t exc_return_psp = 1u << 2;

bool is_of(FaultKind kind, std::uint32_t mask) {
  return (static_cast<std::uint32_t>(kind) & mask) != 0;
}

}  // namespace

bool SystemControl::reset(std::uint32_t vector_table) {
  const State before = state_;
  state_ = State();
  state_.cycles = before.cycles;
  exceptions_.reset();
  systick_.reset();
  registers_.clear();
  cyccnt_ = 0;
  is_reset_requested_ = false;
  sleeps_on_exit_ = false;
  state_.r[lr] = 0xFFFFFFFF;
  const auto initial_sp = memory_.read_word(vector_table);
  const auto start = memory_.read_word(vector_table + 4);
  state_.r[sp] = initial_sp.value_or(0) & ~3u;
  state_.r[pc] = start.value_or(0) & ~1u;
  state_.t = (start.value_or(0) & 1) != 0;
  if (initial_sp && start) return true;
  return lock_up({FaultKind::IbusErr, vector_table}, Reset);
}

bool SystemControl::does_divide_by_zero_trap() const {
  return (*peek(ccr_address) & ccr_div_0_trp) != 0;
}

bool SystemControl::does_unaligned_trap() const {
  return is_v6m() || (*peek(ccr_address) & ccr_unalign_trp) != 0;
}

bool SystemControl::take_sleep_on_exit() {
  const bool asked = sleeps_on_exit_;
  sleeps_on_exit_ = false;
  return asked;
}

/// §A6.4.1, §B1.4.7: CP10 must be open to the mode in use. What lazy stacking would put off was
/// stacked at once, which software cannot tell apart but by FPCCR.LSPACT.
std::optional<Fault> SystemControl::use_floating_point() {
  const std::uint32_t access = *peek(cpacr_address) >> 20 & 3;
  const bool is_open = access == 3 || (access == 1 && state_.is_privileged());
  if (spec_.floating_point == FloatingPoint::None || !is_open) return Fault{FaultKind::NoCp, 0};
  if (!state_.fpca && (*peek(fpccr_address) & fpccr_aspen) != 0) {
    state_.fpca = true;
    state_.fpscr = (state_.fpscr & ~fpdscr_bits) | (*peek(fpdscr_address) & fpdscr_bits);
  }
  return std::nullopt;
}

/// Where a synchronous fault goes when it may (§B1.5.11): its own exception while that is enabled
/// and more urgent than what runs, else HardFault.
unsigned SystemControl::target_of(const Fault& fault) const {
  if (is_v6m()) return HardFault;
  const unsigned own = is_of(fault.kind, 0x000000FF)   ? MemManage
                       : is_of(fault.kind, 0x0000FF00) ? BusFault
                                                       : UsageFault;
  const bool may = exceptions_.is_enabled(own) &&
                   exceptions_.group_priority(own) < exceptions_.execution_priority();
  return may ? own : HardFault;
}

void SystemControl::note(const Fault& fault) {
  if (is_v6m()) return;
  stored(cfsr_address) |= static_cast<std::uint32_t>(fault.kind);
  if (fault.kind == FaultKind::PrecisErr) {
    stored(cfsr_address) |= bfarvalid;
    stored(bfar_address) = fault.address;
  }
  if (fault.kind == FaultKind::DaccViol) {
    stored(cfsr_address) |= mmarvalid;
    stored(mmfar_address) = fault.address;
  }
}

/// §B1.5.15: nothing can handle a fault at the priority of HardFault or NMI.
bool SystemControl::lock_up(const Fault& fault, unsigned exception) {
  faults_.push_back({exception, is_v6m() ? 0 : *peek(cfsr_address),
                     is_v6m() ? 0 : *peek(hfsr_address), fault, state_.r[pc], state_.cycles, true});
  return false;
}

bool SystemControl::take_fault(const Fault& fault) {
  note(fault);
  return raise(fault, target_of(fault), state_.r[pc]);
}

bool SystemControl::raise(const Fault& fault, unsigned exception, std::uint32_t return_address) {
  if (exception == HardFault) {
    if (exceptions_.execution_priority() <= -1) return lock_up(fault, HardFault);
    if (!is_v6m()) stored(hfsr_address) |= hfsr_forced;
  }
  faults_.push_back({exception, is_v6m() ? 0 : *peek(cfsr_address),
                     is_v6m() ? 0 : *peek(hfsr_address), fault, state_.r[pc], state_.cycles,
                     false});
  exceptions_.set_pending(exception, true);
  return enter(return_address);
}

/// §B1.5.4: SVC that cannot preempt what runs escalates.
bool SystemControl::call_supervisor() {
  if (exceptions_.group_priority(SvCall) < exceptions_.execution_priority()) {
    exceptions_.set_pending(SvCall, true);
    return enter(state_.r[pc]);
  }
  return raise({FaultKind::None, 0}, HardFault, state_.r[pc]);
}

bool SystemControl::take_exception() {
  return enter(state_.r[pc]);
}

/// A fault while stacking or unstacking: it is pended, and taken before what caused the stacking
/// when it is more urgent (§B1.5.13, derived exceptions).
void SystemControl::derive(FaultKind kind) {
  const Fault fault{kind, 0};
  note(fault);
  const unsigned exception = target_of(fault);
  if (exception == HardFault && !is_v6m()) stored(hfsr_address) |= hfsr_forced;
  faults_.push_back({exception, is_v6m() ? 0 : *peek(cfsr_address),
                     is_v6m() ? 0 : *peek(hfsr_address), fault, state_.r[pc], state_.cycles,
                     false});
  exceptions_.set_pending(exception, true);
}

bool SystemControl::does_frame_align(bool has_fp) const {
  return has_fp || (*peek(ccr_address) & ccr_stkalign) != 0;
}

/// PushStack(), §B1.5.7. False: the stack is not there.
bool SystemControl::push_frame(std::uint32_t return_address, std::uint32_t& exc_return) {
  const bool has_fp = state_.fpca;
  const bool aligns = does_frame_align(has_fp);
  const bool is_moved = aligns && (state_.r[sp] & 4) != 0;
  const std::uint32_t frame =
      (state_.r[sp] - (has_fp ? extended_frame : basic_frame)) & (aligns ? ~7u : ~3u);
  exc_return = exc_return_base | (has_fp ? 0 : exc_return_basic) |
               (state_.is_handler_mode() ? 0 : exc_return_thread) |
               (state_.is_psp_in_use() ? exc_return_psp : 0);
  const std::uint32_t psr = (xpsr(state_) & ~xpsr_align) | (is_moved ? xpsr_align : 0);
  const std::array<std::uint32_t, 8> words = {state_.r[0],    state_.r[1],  state_.r[2],
                                              state_.r[3],    state_.r[12], state_.r[lr],
                                              return_address, psr};
  state_.r[sp] = frame;
  bool is_there = true;
  std::uint32_t address = frame;
  for (const std::uint32_t word : words) {
    is_there = memory_.write_word(address, word) && is_there;
    address += 4;
  }
  if (!has_fp) return is_there;
  stored(fpcar_address) = frame + basic_frame;
  for (unsigned i = 0; i < 16; ++i) {
    is_there = memory_.write_word(address, state_.s[i]) && is_there;
    address += 4;
  }
  return memory_.write_word(address, state_.fpscr) && is_there;
}

bool SystemControl::enter(std::uint32_t return_address) {
  std::uint32_t exc_return = 0;
  const bool was_at_hard_fault = exceptions_.execution_priority() <= -1;
  if (!push_frame(return_address, exc_return)) {
    if (was_at_hard_fault) return lock_up({FaultKind::StkErr, state_.r[sp]}, HardFault);
    derive(FaultKind::StkErr);
  }
  state_.fpca = false;
  return enter_handler(exc_return);
}

/// ExceptionTaken(), §B1.5.6. What is the most urgent by now is entered: late arrival,
/// tail-chaining.
bool SystemControl::enter_handler(std::uint32_t exc_return) {
  const unsigned number = exceptions_.find_pending().value_or(HardFault);
  const std::uint32_t table = spec_.vtor_mask == 0 ? 0 : *peek(vtor_address);
  const auto vector = memory_.read_word(table + 4 * number);
  select_stack(state_, false, number);
  exceptions_.set_pending(number, false);
  exceptions_.set_active(number, true);
  state_.r[lr] = exc_return;
  state_.it = 0;
  state_.event = true;
  if (!vector) {
    if (!is_v6m()) stored(hfsr_address) |= hfsr_vecttbl;
    if (number == HardFault || number == Nmi) {
      return lock_up({FaultKind::IbusErr, table + 4 * number}, number);
    }
    exceptions_.set_pending(HardFault, true);
    return enter_handler(exc_return);
  }
  state_.r[pc] = *vector & ~1u;
  state_.t = (*vector & 1) != 0;
  return true;
}

/// §B1.5.8, the integrity checks of ExceptionReturn().
bool SystemControl::is_return_valid(std::uint32_t exc_return) const {
  const bool has_fp = (exc_return & exc_return_basic) == 0;
  if ((exc_return | exc_return_basic | exc_return_thread | exc_return_psp) != 0xFFFFFFFD)
    return false;
  if (has_fp && spec_.floating_point == FloatingPoint::None) return false;
  if (!exceptions_.is_active(state_.ipsr)) return false;
  const bool to_thread = (exc_return & exc_return_thread) != 0;
  if (!to_thread) return (exc_return & exc_return_psp) == 0 && exceptions_.active_count() > 1;
  const bool may_nest = !is_v6m() && (*peek(ccr_address) & ccr_nonbasethrdena) != 0;
  return exceptions_.active_count() == 1 || may_nest;
}

/// DeActivate(), §B1.5.8: FAULTMASK ends with the handler that set it.
void SystemControl::deactivate(unsigned number) {
  if (number != Nmi) state_.faultmask = false;
  exceptions_.set_active(number, false);
}

/// INVPC: the handler is left, and UsageFault taken on the frame that is still there.
bool SystemControl::refuse_return(std::uint32_t exc_return) {
  const Fault fault{FaultKind::InvPc, 0};
  deactivate(state_.ipsr);
  note(fault);
  const unsigned exception = target_of(fault);
  if (exception == HardFault && exceptions_.execution_priority() <= -1) {
    return lock_up(fault, HardFault);
  }
  derive(FaultKind::InvPc);
  return enter_handler(exc_return | 0xF0000000);
}

/// PopStack(), §B1.5.8. A frame of the other mode is INVPC: the manual pushes it again, here it is
/// still there.
std::optional<FaultKind> SystemControl::pop_frame(std::uint32_t exc_return) {
  const bool has_fp = (exc_return & exc_return_basic) == 0;
  const std::uint32_t frame = state_.r[sp];
  std::array<std::uint32_t, 8 + 17> words{};
  const std::size_t count = has_fp ? words.size() : 8;
  for (unsigned i = 0; i < count; ++i) {
    const auto word = memory_.read_word(frame + 4 * i);
    if (!word) return FaultKind::UnstkErr;
    words[i] = *word;
  }
  State restored = state_;
  set_xpsr(restored, words[7]);
  if (((exc_return & exc_return_thread) != 0) != (restored.ipsr == Thread)) {
    return FaultKind::InvPc;
  }
  const unsigned exception = std::exchange(restored.ipsr, state_.ipsr);
  state_ = restored;
  for (unsigned i = 0; i < 4; ++i) state_.r[i] = words[i];
  state_.r[12] = words[4];
  state_.r[lr] = words[5];
  state_.r[pc] = words[6] & ~1u;
  state_.r[sp] = frame + (has_fp ? extended_frame : basic_frame);
  if (does_frame_align(has_fp)) state_.r[sp] |= (words[7] & xpsr_align) >> 7;
  if (has_fp) {
    std::copy_n(words.begin() + 8, 16, state_.s.begin());
    state_.fpscr = words[24];
  }
  state_.fpca = has_fp;
  select_stack(state_, state_.spsel, exception);
  return std::nullopt;
}

bool SystemControl::return_from_exception(std::uint32_t exc_return) {
  if (!is_return_valid(exc_return)) return refuse_return(exc_return);
  deactivate(state_.ipsr);
  if (exceptions_.can_take()) return enter_handler(exc_return);
  const bool to_thread = (exc_return & exc_return_thread) != 0;
  const bool to_psp = (exc_return & exc_return_psp) != 0;
  // The stack pointer of the frame is in use from here on, IPSR follows from the frame.
  select_stack(state_, to_psp, to_thread ? Thread : state_.ipsr);
  if (const auto kind = pop_frame(exc_return)) {
    if (exceptions_.execution_priority() <= -1) {
      return lock_up({*kind, state_.r[sp]}, HardFault);
    }
    derive(*kind);
    return enter_handler(*kind == FaultKind::InvPc ? exc_return | 0xF0000000 : exc_return);
  }
  state_.event = true;
  sleeps_on_exit_ = to_thread && (*peek(scr_address) & scr_sleeponexit) != 0;
  exceptions_.reconsider();
  return true;
}

}  // namespace dfurig::cpu
