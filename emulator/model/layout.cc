#include "model/layout.h"

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
         (in_kibibytes ? "K" : "") + style.type;
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

}  // namespace dfurig::model
