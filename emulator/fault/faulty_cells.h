// Flash whose cells fail.
#pragma once

#include <map>

#include "fault/armed.h"
#include "fault/power.h"
#include "stm32/flash.h"

namespace dfurig::fault {

class FaultyCells : public stm32::FlashCells {
 public:
  /// Both must outlive it.
  FaultyCells(Armed& armed, Power& power) : armed_(armed), power_(power) {}

  stm32::FlashStatus program(std::uint32_t address, std::span<std::uint8_t> cells, ByteView data,
                             const stm32::FlashSpec& spec) override;
  stm32::FlashStatus erase(std::uint32_t address, std::span<std::uint8_t> cells,
                           const stm32::FlashSpec& spec) override;
  /// Option bytes were erased, and are not programmed yet.
  void options_erased();
  /// An operation began that does not end.
  const bool& is_busy_for_ever() const { return is_busy_for_ever_; }
  /// Power is back.
  void power_on() { is_busy_for_ever_ = false; }

 private:
  struct Operation {
    bool programs = false;
    bool erases = false;
    std::uint32_t address = 0;
    std::uint32_t size = 0;
    std::string text;
  };
  std::optional<Kind> find(const Operation& operation);
  void change_bits(Kind kind, std::uint32_t address, std::span<std::uint8_t> cells);
  bool is_worn_out(std::uint32_t address);

  Armed& armed_;
  Power& power_;
  bool is_busy_for_ever_ = false;
  std::map<std::uint32_t, std::uint64_t> erases_;  ///< of each sector that was erased, by address
  std::map<std::uint32_t, std::uint32_t> sizes_;
};

}  // namespace dfurig::fault
