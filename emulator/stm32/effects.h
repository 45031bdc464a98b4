// What registers do that no access mode can say. A model names an effect; this is the table.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace dfurig::stm32 {

class RegisterBlock;
struct RegisterSpec;

/// Functions may be null: the register then behaves as its access mode says.
struct Effect {
  const char* name;
  /// Software reads the register.
  std::uint32_t (*read)(RegisterBlock& block, std::size_t index);
  /// Software writes the whole word: an effect sees all of it, so that set can win over reset.
  void (*write)(RegisterBlock& block, std::size_t index, std::uint32_t word);
  /// The debugger's view of a register that is computed, not stored.
  std::uint32_t (*peek)(const RegisterBlock& block, std::size_t index);
};

/// The effect of that name; "" has none of the functions. The name must be known.
const Effect& find_effect(const std::string& name);
bool is_effect(const std::string& name);
std::vector<std::string> effect_names();
/// The flags of past resets in RCC_CSR or RCC_RSR: fields that end in RSTF, as in the manuals.
std::uint32_t reset_flags(const RegisterSpec& spec);

}  // namespace dfurig::stm32
