#include "scenario/result_bytes.h"

namespace dfurig::scenario {

void append_flag(ByteWriter& out, bool flag) {
  out.u8(flag ? 1 : 0);
}

void append_number(ByteWriter& out, std::uint64_t number) {
  out.u32be(static_cast<std::uint32_t>(number >> 32)).u32be(static_cast<std::uint32_t>(number));
}

void append_bytes(ByteWriter& out, ByteView bytes) {
  out.u32be(static_cast<std::uint32_t>(bytes.size())).append(bytes);
}

void append_text(ByteWriter& out, const std::string& text) {
  append_bytes(out, ByteView(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()));
}

bool ResultReader::has(std::size_t count) {
  is_whole_ = is_whole_ && reader_.remaining() >= count;
  return is_whole_;
}

std::uint8_t ResultReader::u8() {
  return has(1) ? reader_.u8() : 0;
}

bool ResultReader::flag() {
  const std::uint8_t byte = u8();
  is_whole_ = is_whole_ && byte <= 1;
  return byte == 1;
}

std::uint64_t ResultReader::number() {
  if (!has(8)) return 0;
  const std::uint64_t high = reader_.u32be();
  return high << 32 | reader_.u32be();
}

Bytes ResultReader::bytes() {
  if (!has(4)) return {};
  const std::uint32_t size = reader_.u32be();
  if (!has(size)) return {};
  const ByteView taken = reader_.take(size);
  return {taken.begin(), taken.end()};
}

std::string ResultReader::text() {
  const Bytes taken = bytes();
  return {taken.begin(), taken.end()};
}

}  // namespace dfurig::scenario
