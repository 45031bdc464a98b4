// What the backup domain's registers take: the RTC with its backup registers, BKP of the F1, TAMP.
#pragma once

#include "stm32/unit.h"

namespace dfurig::stm32 {

/// Date and time stand still: TR and DR are storage. That a reset leaves the registers alone is
/// RegisterSpec::outlives_reset.
class BackupRegisters : public Unit {
 public:
  BackupRegisters(RegisterBlock& block, Surroundings& surroundings);

  void reset(bool is_power_on) override;
  void before_read(std::size_t index) override;
  void written(std::size_t index, std::uint32_t word) override;

 private:
  bool is_open() const;
  bool is_protected(std::size_t index) const;
  void take_key(std::uint32_t word);
  void take_mode();

  RegisterBlock& block_;
  Surroundings& surroundings_;
  std::optional<std::size_t> wpr_, isr_;
  std::uint32_t before_ = 0;  ///< what the register that is written held
  unsigned keys_ = 0;         ///< how many of WPR's keys came in their order
};

}  // namespace dfurig::stm32
