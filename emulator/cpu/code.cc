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
  view_ = {};
}

bool Code::read_half_word(std::uint32_t address, std::uint32_t& half_word, bool& is_writable,
                          Fetched& fetched) {
  if (address - view_.base >= view_.size) {
    const auto view = port_.find_code(address);
    if (!view || address - view->base + 2 > view->size) {
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
  refresh();
  Fetched fetched = Fetched::Instruction;
  std::uint32_t first = 0, second = 0;
  bool is_writable = false, is_second_writable = false;
  if (!read_half_word(address, first, is_writable, fetched)) return fetched;
  const bool is_long = is_first_of_two(first);
  if (is_long && !read_half_word(address + 2, second, is_second_writable, fetched)) return fetched;
  const std::uint32_t opcode = is_long ? first << 16 | second : first;
  const Instruction decoded{find_execute(opcode, is_long, spec_), opcode, is_long ? 4u : 2u};
  if (is_writable || is_second_writable) {
    uncached_ = decoded;
    into = &uncached_;
    return fetched;
  }
  page_number_ = address >> page_lsb;
  std::unique_ptr<Page>& page = pages_[page_number_];
  if (page == nullptr) page = std::make_unique<Page>();
  page_ = page.get();
  Instruction& slot = (*page_)[address >> 1 & (page_size - 1)];
  slot = decoded;
  into = &slot;
  return fetched;
}

}  // namespace dfurig::cpu
