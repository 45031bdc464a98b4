#include "memory_map.h"

#include <cstdlib>
#include <numeric>
#include <sstream>

#include "dfu_operations.h"

std::uint32_t MemoryMap::size() const {
  return std::accumulate(sectors.begin(), sectors.end(), std::uint32_t{0});
}

std::vector<std::uint32_t> MemoryMap::touched(std::size_t length) const {
  std::vector<std::uint32_t> addresses;
  std::uint32_t at = 0;
  for (const std::uint32_t sector : sectors) {
    if (at < length) addresses.push_back(address + at);
    at += sector;
  }
  return addresses;
}

MemoryMap parse_memory_map(const std::string& text) {
  const std::size_t first = text.find('/');
  const std::size_t second = text.find('/', first + 1);
  if (text.empty() || text[0] != '@' || second == std::string::npos) {
    throw Failure("Unable to find or decode device mapping... Bad Firmware");
  }
  MemoryMap map{text.substr(1, first - 1), 0, {}};
  map.address = static_cast<std::uint32_t>(std::strtoul(&text[first + 1], nullptr, 16));
  std::istringstream parts(text.substr(second + 1));
  for (std::string part; std::getline(parts, part, ',');) {
    char* end = nullptr;
    const unsigned long count = std::strtoul(part.c_str(), &end, 10);
    const unsigned long size = std::strtoul(end + 1, &end, 10);
    const unsigned long unit = *end == 'K' ? 1024 : *end == 'M' ? 1024 * 1024 : 1;
    map.sectors.insert(map.sectors.end(), count, static_cast<std::uint32_t>(size * unit));
  }
  return map;
}
