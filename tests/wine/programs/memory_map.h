// What an alternate setting's name says of its memory (ST UM0424: DfuSe's "@name/address/sectors").
#pragma once

#include <cstdint>
#include <string>
#include <vector>

struct MemoryMap {
  std::string name;                    ///< "Internal Flash  "
  std::uint32_t address = 0;           ///< of the first sector
  std::vector<std::uint32_t> sectors;  ///< their sizes

  std::uint32_t size() const;
  /// The first address of each sector that `length` bytes from the start touch.
  std::vector<std::uint32_t> touched(std::size_t length) const;
};

/// Of one region; throws Failure.
MemoryMap parse_memory_map(const std::string& text);
