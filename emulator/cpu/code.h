// Decoded instructions by address: what is in flash is decoded once.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <unordered_map>

#include "cpu/machine.h"

namespace dfurig::cpu {

struct Instruction {
  Execute execute = nullptr;  ///< null: not decoded yet
  std::uint32_t opcode = 0;
  unsigned size = 2;  ///< bytes
};

/// What a fetch met.
enum class Fetched { Instruction, NotExecutable, Nothing };

class Code {
 public:
  Code(const CoreSpec& spec, BusPort& port, stm32::Bus& bus)
      : spec_(spec), port_(port), bus_(bus) {}

  /// The instruction at `address`, if it is in the page of the last one and decoded; else null.
  const Instruction* find(std::uint32_t address) const {
    if (address >> page_lsb != page_number_) return nullptr;
    const Instruction& it = (*page_)[address >> 1 & (page_size - 1)];
    return it.execute != nullptr ? &it : nullptr;
  }
  /// Decodes it; `into` is where it is then, until the next call.
  Fetched fetch(std::uint32_t address, const Instruction*& into);
  /// Forgets everything when the memory map or the content of flash has changed.
  void refresh();

 private:
  static constexpr unsigned page_lsb = 10;
  static constexpr unsigned page_size = 1u << (page_lsb - 1);  ///< instructions of a page
  static constexpr std::uint32_t no_page = UINT32_MAX;
  using Page = std::array<Instruction, page_size>;

  bool read_half_word(std::uint32_t address, std::uint32_t& half_word, bool& is_writable,
                      Fetched& fetched);

  const CoreSpec& spec_;
  BusPort& port_;
  stm32::Bus& bus_;
  std::unordered_map<std::uint32_t, std::unique_ptr<Page>> pages_;
  std::uint32_t page_number_ = no_page;
  Page* page_ = nullptr;
  Instruction uncached_;  ///< code in RAM can change under way: it is decoded every time
  std::uint64_t memory_version_ = 0;
  stm32::MemoryView view_;  ///< where the last fetch was
};

}  // namespace dfurig::cpu
