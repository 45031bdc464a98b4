#include "cpu/code.h"

#include <cstring>

#include "cpu/encodings.h"

namespace dfurig::cpu {

void Code::refresh() {
  if (bus_.memory_version() == memory_version_) return;
  memory_version_ = bus_.memory_version();
  pages_.clear();
  page_number_ = no_page;
  page_ = nullptr;
  recent_ = {};
  view_ = {};
}

void Code::open_page(std::uint32_t number) {
  if (number == page_number_) return;
  std::unique_ptr<Page>& page = pages_[number];
  if (page == nullptr) page = std::make_unique<Page>();
  recent_[number % recent_.size()] = {number, page.get()};
  turn_to(number);
}

Instruction& Code::slot_of(std::uint32_t address) {
  open_page(address >> page_lsb);
  return (*page_)[address >> 1 & (page_size - 1)];
}

bool Code::read_half_word(std::uint32_t address, std::uint32_t& half_word, bool& is_writable,
                          Fetched& fetched) {
  const auto holds = [address](const stm32::MemoryView& view) {
    const std::uint32_t offset = address - view.base;
    return offset < view.size && view.size - offset >= 2;
  };
  if (!holds(view_)) {
    const auto view = port_.find_code(address);
    if (!view || !holds(*view)) {
      fetched = Fetched::Nothing;
      return false;
    }
    view_ = *view;
  }
  if (!view_.is_executable) {
    fetched = Fetched::NotExecutable;
    view_ = {};
    return false;
  }
  std::uint16_t value = 0;
  std::memcpy(&value, view_.content + (address - view_.base), sizeof value);
  half_word = value;
  is_writable = view_.writable != nullptr;
  return true;
}

Fetched Code::fetch(std::uint32_t address, const Instruction*& into) {
  Fetched fetched = Fetched::Instruction;
  std::uint32_t first = 0, second = 0;
  bool is_writable = false, is_second_writable = false;
  if (!read_half_word(address, first, is_writable, fetched)) return fetched;
  const bool is_long = is_first_of_two(first);
  if (is_long && !read_half_word(address + 2, second, is_second_writable, fetched)) return fetched;
  const std::uint32_t opcode = is_long ? first << 16 | second : first;
  const bool is_split = address - view_.base >= view_.size;  // the second half was elsewhere
  const bool can_change = is_writable || is_second_writable;
  Instruction& slot = is_split ? uncached_ : slot_of(address);
  slot = {find_execute(opcode, is_long, spec_), opcode, is_long ? 4u : 2u,
          can_change && !is_split ? view_.content + (address - view_.base) : nullptr};
  into = &slot;
  return fetched;
}

}  // namespace dfurig::cpu
