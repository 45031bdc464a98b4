// What a worker sends back, as bytes: one field after the other.
#pragma once

#include <cstdint>
#include <string>

#include "support/bytes.h"

namespace dfurig::scenario {

void append_flag(ByteWriter& out, bool flag);
void append_number(ByteWriter& out, std::uint64_t number);
/// Behind its length.
void append_bytes(ByteWriter& out, ByteView bytes);
void append_text(ByteWriter& out, const std::string& text);

/// Takes what is there; remembers when something was not.
class ResultReader {
 public:
  explicit ResultReader(ByteView bytes) : reader_(bytes) {}

  /// All fields were there, and nothing is behind them.
  bool is_exact() const { return is_whole_ && reader_.remaining() == 0; }
  /// All fields were there so far.
  bool is_whole() const { return is_whole_; }

  std::uint8_t u8();
  bool flag();
  std::uint64_t number();
  Bytes bytes();
  std::string text();

 private:
  bool has(std::size_t count);

  ByteReader reader_;
  bool is_whole_ = true;
};

}  // namespace dfurig::scenario
