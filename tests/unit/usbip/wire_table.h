// Reads tests/wire/usbip.txt (its README says how it is written).
#pragma once

#include <fstream>
#include <map>
#include <sstream>
#include <string>

#include "support/bytes.h"

namespace dfurig::usbip {

/// `text*N "abc"`
inline void append_text_row(const std::string& row, Bytes& bytes) {
  const std::size_t size = std::stoul(row.substr(row.find('*') + 1));
  const std::size_t open = row.find('"');
  const std::string text = row.substr(open + 1, row.rfind('"') - open - 1);
  Bytes padded(text.begin(), text.end());
  padded.resize(size);
  bytes.insert(bytes.end(), padded.begin(), padded.end());
}

inline std::map<std::string, Bytes> load_wire_table() {
  std::ifstream file(std::string(DFURIG_SOURCE_DIR) + "/tests/wire/usbip.txt");
  std::map<std::string, Bytes> table;
  std::string name;
  for (std::string row; std::getline(file, row);) {
    row = row.substr(0, row.find('#'));
    if (row.starts_with("name: ")) name = row.substr(6);
    if (row.starts_with("name: ")) continue;
    if (row.starts_with("text*")) {
      append_text_row(row, table[name]);
      continue;
    }
    std::istringstream words(row);
    for (std::string word; words >> word;) {
      table[name].push_back(static_cast<std::uint8_t>(std::stoul(word, nullptr, 16)));
    }
  }
  return table;
}

}  // namespace dfurig::usbip
