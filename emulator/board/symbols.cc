#include "board/symbols.h"

#include "support/hex.h"

namespace dfurig::board {
namespace {

// A name without a size goes to the next name, and no farther than this.
constexpr std::uint32_t unknown_size_max = 0x1000;

}  // namespace

void Symbols::add(const std::string& name, std::uint32_t address, std::uint32_t size) {
  by_address_[address & ~1u] = {name, size};
  by_name_[name] = address & ~1u;
}

void Symbols::add(const Symbols& other) {
  for (const auto& [address, function] : other.by_address_) by_address_[address] = function;
  for (const auto& [name, address] : other.by_name_) by_name_[name] = address;
}

std::optional<std::uint32_t> Symbols::find_address(const std::string& name) const {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? std::nullopt : std::optional(found->second);
}

std::optional<Place> Symbols::find(std::uint32_t address) const {
  auto after = by_address_.upper_bound(address);
  if (after == by_address_.begin()) return std::nullopt;
  const auto& [start, function] = *--after;
  const std::uint32_t offset = address - start;
  if (offset >= (function.size == 0 ? unknown_size_max : function.size)) return std::nullopt;
  return Place{function.name, offset};
}

std::string Symbols::text(std::uint32_t address) const {
  const std::optional<Place> place = find(address);
  if (!place) return hex(address);
  return place->offset == 0 ? place->name : place->name + "+" + hex(place->offset, 1);
}

}  // namespace dfurig::board
