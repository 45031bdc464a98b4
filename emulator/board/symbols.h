// Names for addresses of code, as a linker gave them.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace dfurig::board {

/// A function and how far into it.
struct Place {
  std::string name;
  std::uint32_t offset = 0;
  bool operator==(const Place&) const = default;
};

class Symbols {
 public:
  /// Bit 0 of `address`, the Thumb bit, is left out. `size` in bytes; 0: nobody said.
  void add(const std::string& name, std::uint32_t address, std::uint32_t size);
  /// Takes the other's names as well; at the same address its name is the one that is told.
  void add(const Symbols& other);

  bool is_empty() const { return by_name_.empty(); }
  std::optional<std::uint32_t> find_address(const std::string& name) const;
  std::optional<Place> find(std::uint32_t address) const;
  /// "HAL_Delay+0x1A"; "0x08000140" where no name is known.
  std::string text(std::uint32_t address) const;
  const std::map<std::string, std::uint32_t>& addresses() const { return by_name_; }

 private:
  struct Function {
    std::string name;
    std::uint32_t size = 0;
  };
  std::map<std::uint32_t, Function> by_address_;
  std::map<std::string, std::uint32_t> by_name_;
};

}  // namespace dfurig::board
