// The independent watchdog.
#pragma once

#include "stm32/unit.h"

namespace dfurig::stm32 {

/// Updates of PR, RLR and WINR are there at once: SR never tells of one under way.
class Iwdg : public Unit {
 public:
  Iwdg(RegisterBlock& block, Surroundings& surroundings);

  void reset(bool is_power_on) override;
  void before_read(std::size_t index) override;
  void written(std::size_t index, std::uint32_t word) override;
  void advance(std::uint64_t ticks) override;
  std::optional<std::uint64_t> next_event() const override;

 private:
  std::uint64_t divider() const;
  void take_key(std::uint32_t key);
  void take_configuration(std::size_t index);
  void reload();

  RegisterBlock& block_;
  Surroundings& surroundings_;
  std::size_t kr_, pr_, rlr_;
  std::optional<std::size_t> winr_;
  std::uint32_t before_ = 0;  ///< what the register that is written held
  bool is_open_ = false;      ///< PR, RLR and WINR take writes
  bool is_started_ = false;
  std::uint32_t counter_ = 0;
  std::uint64_t prescaled_ = 0;  ///< ticks of LSI since the last count
};

}  // namespace dfurig::stm32
