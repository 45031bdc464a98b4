#include "dfu/bootloader.h"

#include "dfu/rom_bootloader.h"
#include "dfu/usbd_dfu.h"

namespace dfurig::dfu {

std::unique_ptr<Bootloader> make_bootloader(const BootloaderSpec& spec, stm32::Chip& chip) {
  if (spec.kind == BootloaderKind::UsbdDfu) return std::make_unique<UsbdDfu>(spec, chip);
  return std::make_unique<RomBootloader>(spec, chip);
}

}  // namespace dfurig::dfu
