#include "model/layout.h"

#include <regex>

#include "support/hex.h"

namespace dfurig::model {
namespace {

constexpr std::uint32_t kibibyte = 1024;

std::string padded(std::uint32_t number, unsigned digits) {
  std::string text = std::to_string(number);
  if (text.size() < digits) text.insert(0, digits - text.size(), '0');
  return text;
}

/// Sectors smaller than a kibibyte are counted in bytes, without a multiplier (L0, L1).
std::string run_text(const stm32::SectorRun& run, const LayoutStyle& style) {
  const bool in_kibibytes = run.size % kibibyte == 0;
  const std::uint32_t size = in_kibibytes ? run.size / kibibyte : run.size;
  return padded(run.count, style.count_digits) + "*" + padded(size, style.size_digits) +
         (in_kibibytes ? "K" : style.byte_unit) + style.type;
}

bool is_mapped(std::uint32_t address, const stm32::ChipSpec& chip) {
  const auto holds = [address](std::uint32_t base, std::uint32_t size) {
    return address >= base && address - base < size;
  };
  bool found = holds(chip.flash.base, chip.flash.size());
  for (const stm32::Window& window : chip.option_bytes.windows) {
    found = found || holds(window.address, window.size);
  }
  for (const stm32::MemorySpec& memory : chip.memories) {
    found = found || holds(memory.base, memory.size);
  }
  return found;
}

}  // namespace

std::string layout_string(const std::string& name, const stm32::FlashSpec& flash,
                          const LayoutStyle& style) {
  std::string text = name + "/" + hex(flash.base) + "/";
  for (std::size_t i = 0; i < flash.sectors.size(); ++i) {
    text += (i == 0 ? "" : ",") + run_text(flash.sectors[i], style);
  }
  return text;
}

// As dfu-util 0.11 src/dfuse_mem.c reads it: @name, then /address/ and count*size<unit><type>,…
// A unit it does not know means bytes; the U083's ROM says "01*1024.e".
std::string layout_fault(const std::string& text, const stm32::ChipSpec& chip) {
  static const std::regex layout(
      "@[^/]+(/0x[0-9A-Fa-f]{1,8}/[0-9]+\\*[0-9]+[ .BKM]?[a-g](,[0-9]+\\*[0-9]+[ .BKM]?[a-g])*)+");
  static const std::regex address("/(0x[0-9A-Fa-f]+)/");
  if (!std::regex_match(text, layout)) return "is not a memory layout such as @Name/0x0/04*016Kg";
  for (std::sregex_iterator it(text.begin(), text.end(), address), end; it != end; ++it) {
    if (!is_mapped(*parse_number((*it)[1]), chip))
      return "shows " + (*it)[1].str() + ", where the chip has no memory";
  }
  return "";
}

}  // namespace dfurig::model
