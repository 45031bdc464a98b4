// An STM32's ROM bootloader as the host knows it after enumeration.
#pragma once

#include "attach/device_facts.h"

namespace dfurig::attach {

inline DeviceFacts sample_device() {
  DeviceFacts facts;
  facts.device_descriptor = {18,   1,    0x00, 0x01, 0,    0, 0, 64, 0x83,
                             0x04, 0x11, 0xDF, 0x00, 0x22, 1, 2, 3,  1};
  facts.configuration = {9, 2, 36,   0, 1,    1,    0,    0xC0, 50, 9, 4,    0,
                         0, 0, 0xFE, 1, 2,    4,    9,    4,    0,  1, 0,    0xFE,
                         1, 2, 5,    9, 0x21, 0x0B, 0xFF, 0,    0,  8, 0x1A, 1};
  facts.descriptors = facts.device_descriptor;
  facts.descriptors.insert(facts.descriptors.end(), facts.configuration.begin(),
                           facts.configuration.end());
  facts.manufacturer = "STMicroelectronics";
  facts.product = "STM32  BOOTLOADER";
  facts.serial = "386232733136";
  facts.plugged_in_usec = 4711;
  return facts;
}

}  // namespace dfurig::attach
