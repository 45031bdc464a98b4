// models/peripherals/*.json: the registers of one kind of block.
#pragma once

#include <string>
#include <vector>

#include "model/reader.h"
#include "stm32/spec.h"

namespace dfurig::model {

struct Peripheral {
  std::uint32_t size = 0;  ///< bytes of address space; 0: the core's own, not in memory
  std::string unit;        ///< "" or a name of stm32/unit.cc
  std::vector<stm32::RegisterSpec> registers;
};

/// Throws InputError.
Peripheral load_peripheral(const std::string& path, std::vector<Fact>* facts = nullptr);

}  // namespace dfurig::model
