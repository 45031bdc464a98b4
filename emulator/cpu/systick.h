// SysTick: the 24-bit counter of every Cortex-M (DDI 0403E §B3.3, DDI 0419 §B3.3).
#pragma once

#include <cstdint>
#include <optional>

namespace dfurig::cpu {

class SysTickTimer {
 public:
  void reset() { *this = SysTickTimer(); }

  // SYST_CSR, SYST_RVR, SYST_CVR as software sees them: reading CSR clears COUNTFLAG.
  std::uint32_t read_csr();
  std::uint32_t csr() const;
  void write_csr(std::uint32_t value);
  std::uint32_t rvr() const { return reload_; }
  void write_rvr(std::uint32_t value);
  std::uint32_t cvr() const { return current_; }
  /// Any value clears the counter and COUNTFLAG.
  void write_cvr();
  /// The debugger's: as given.
  void set_cvr(std::uint32_t value);

  /// Lets cycles pass. True when the counter reached 0 and TICKINT asks for the exception.
  bool advance(std::uint64_t cycles);
  /// Cycles, at least 1, until that; absent when it will not.
  std::optional<std::uint64_t> next_event() const;

 private:
  bool is_enabled() const { return (control_ & 1) != 0; }
  bool asks() const { return (control_ & 2) != 0; }
  unsigned divider() const;

  std::uint32_t control_ = 0;  ///< ENABLE, TICKINT, CLKSOURCE
  std::uint32_t reload_ = 0;
  std::uint32_t current_ = 0;
  bool has_counted_ = false;
  unsigned prescaler_ = 0;  ///< cycles since the last tick of HCLK/8
};

}  // namespace dfurig::cpu
