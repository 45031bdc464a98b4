// Registers of the flash interface that show option bytes, and from which firmware programs them.
#pragma once

#include <cstdint>
#include <vector>

#include "stm32/option_bytes.h"
#include "stm32/register_block.h"

namespace dfurig::stm32 {

class OptionRegisters {
 public:
  /// As OptionBytesSpec::registers says. `block` must outlive it and have those registers.
  OptionRegisters(const OptionBytesSpec& spec, RegisterBlock& block);

  /// Gives the registers what is loaded; a mismatch is a flag.
  void show(const OptionBytes& options);
  /// Option bytes as the registers that software can write have them; the others from `content`.
  Bytes merge(ByteView content) const;

 private:
  struct Place {
    std::size_t index = 0;
    std::uint32_t mask = 0;      ///< of the register
    std::uint32_t writable = 0;  ///< of the register, for software
    unsigned lsb = 0;
    std::vector<unsigned> bytes;
  };

  void show_read_protection(ReadProtection level);
  void raise(const char* register_name, const char* field);

  RegisterBlock& block_;
  std::vector<Place> places_;
};

}  // namespace dfurig::stm32
