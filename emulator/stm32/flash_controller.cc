#include "stm32/flash_controller.h"

#include "stm32/flash_kinds.h"
#include "stm32/register_block.h"

namespace dfurig::stm32 {
namespace {

bool has_effect(const RegisterBlock& block, const std::string& name, const char* effect) {
  const auto index = block.find(name);
  return index && block.spec().registers[*index].effect == effect;
}

}  // namespace

std::unique_ptr<FlashController> make_flash_controller(RegisterBlock& block, Chip& chip) {
  if (has_effect(block, "PECR", "flash_pecr")) return std::make_unique<LowPowerFlash>(block, chip);
  const bool has_banks =
      has_effect(block, "CR1", "flash_cr_of_bank") && has_effect(block, "CR2", "flash_cr_of_bank");
  if (has_banks) return std::make_unique<FlashOfBanks>(block, chip);
  if (!has_effect(block, "CR", "flash_cr") || !block.find("SR")) return nullptr;
  if (block.find("AR")) return std::make_unique<HalfWordFlash>(block, chip);
  const RegisterSpec& control = block.spec().registers[*block.find("CR")];
  if (find_field(control, "PSIZE") != nullptr) return std::make_unique<FlashBySize>(block, chip);
  return std::make_unique<DoubleWordFlash>(block, chip);
}

}  // namespace dfurig::stm32
