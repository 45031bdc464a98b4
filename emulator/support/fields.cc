#include "support/fields.h"

namespace dfurig {
namespace {

constexpr char escaped[] = "\\\t\n\r";
constexpr char letters[] = "\\tnr";

/// Its place in `set`; -1: none.
int index_in(const char* set, char character) {
  for (int i = 0; set[i] != 0; ++i) {
    if (set[i] == character) return i;
  }
  return -1;
}

}  // namespace

std::string join_fields(const Fields& fields) {
  std::string line;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (i != 0) line += '\t';
    for (const char character : fields[i]) {
      const int index = index_in(escaped, character);
      if (index >= 0) line += '\\';
      line += index >= 0 ? letters[index] : character;
    }
  }
  return line;
}

std::optional<Fields> split_fields(const std::string& line) {
  Fields fields(1);
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '\t') {
      fields.emplace_back();
      continue;
    }
    if (line[i] != '\\') {
      fields.back() += line[i];
      continue;
    }
    const int index = ++i < line.size() ? index_in(letters, line[i]) : -1;
    if (index < 0) return std::nullopt;
    fields.back() += escaped[index];
  }
  return fields;
}

}  // namespace dfurig
