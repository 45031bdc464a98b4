// Decoded instructions by address: what is in flash is decoded once, what is in RAM when it
// changed.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <memory>
#include <unordered_map>

#include "cpu/machine.h"

namespace dfurig::cpu {

struct Instruction {
  Execute execute = nullptr;  ///< null: not decoded yet
  std::uint32_t opcode = 0;
  unsigned size = 2;  ///< bytes
  /// Where it was found, when that is memory which stores can change under way.
  const std::uint8_t* bytes = nullptr;

  bool is_current() const {
    if (bytes == nullptr) return true;
    std::uint16_t first = 0, second = 0;
    std::memcpy(&first, bytes, sizeof first);
    if (size == 2) return first == opcode;
    std::memcpy(&second, bytes + sizeof first, sizeof second);
    return first == opcode >> 16 && second == (opcode & 0xFFFF);
  }
};

/// What a fetch met.
enum class Fetched { Instruction, NotExecutable, Nothing };

class Code {
 public:
  Code(const CoreSpec& spec, BusPort& port, stm32::Bus& bus)
      : spec_(spec), port_(port), bus_(bus) {}

  /// The instruction at `address` when it is decoded already; else null.
  const Instruction* find(std::uint32_t address) {
    const std::uint32_t number = address >> page_lsb;
    if (number != page_number_ && !turn_to(number)) return nullptr;
    const Instruction& it = (*page_)[address >> 1 & (page_size - 1)];
    return it.execute != nullptr && it.is_current() ? &it : nullptr;
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

  struct PageReference {
    std::uint32_t number = no_page;
    Page* page = nullptr;
  };

  bool turn_to(std::uint32_t number) {
    const PageReference& it = recent_[number % recent_.size()];
    if (it.number != number) return false;
    page_number_ = number;
    page_ = it.page;
    return true;
  }
  void open_page(std::uint32_t number);
  Instruction& slot_of(std::uint32_t address);
  bool read_half_word(std::uint32_t address, std::uint32_t& half_word, bool& is_writable,
                      Fetched& fetched);

  const CoreSpec& spec_;
  BusPort& port_;
  stm32::Bus& bus_;
  std::unordered_map<std::uint32_t, std::unique_ptr<Page>> pages_;
  std::uint32_t page_number_ = no_page;
  Page* page_ = nullptr;
  std::array<PageReference, 64> recent_{};  ///< by the low bits of the number
  Instruction uncached_;                    ///< lies in two memories
  std::uint64_t memory_version_ = 0;
  stm32::MemoryView view_;  ///< where the last fetch was
};

}  // namespace dfurig::cpu
