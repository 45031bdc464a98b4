// Byte sequences and the two orders they are read and written in.
#pragma once

#include <cassert>
#include <cstdint>
#include <span>
#include <vector>

namespace dfurig {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;

/// Reads fields off the front of a view. The caller checks `remaining()` first: reading past the
/// end is our bug, never the peer's.
class ByteReader {
 public:
  explicit ByteReader(ByteView bytes) : bytes_(bytes) {}

  std::size_t remaining() const { return bytes_.size(); }
  std::uint8_t u8() { return take(1)[0]; }
  std::uint16_t u16be() { return static_cast<std::uint16_t>(big_endian(2)); }
  std::uint32_t u32be() { return big_endian(4); }
  std::uint16_t u16le() { return static_cast<std::uint16_t>(little_endian(2)); }
  std::uint32_t u32le() { return little_endian(4); }

  ByteView take(std::size_t count) {
    assert(count <= bytes_.size());
    ByteView taken = bytes_.first(count);
    bytes_ = bytes_.subspan(count);
    return taken;
  }

 private:
  std::uint32_t big_endian(std::size_t count) {
    std::uint32_t value = 0;
    for (std::uint8_t byte : take(count)) value = value << 8 | byte;
    return value;
  }
  std::uint32_t little_endian(std::size_t count) {
    std::uint32_t value = 0;
    unsigned shift = 0;
    for (std::uint8_t byte : take(count)) {
      value |= std::uint32_t{byte} << shift;
      shift += 8;
    }
    return value;
  }

  ByteView bytes_;
};

/// Appends fields to a growing byte sequence.
class ByteWriter {
 public:
  ByteWriter& u8(std::uint8_t value) { return append(ByteView(&value, 1)); }
  ByteWriter& u16be(std::uint16_t value) { return big_endian(value, 2); }
  ByteWriter& u32be(std::uint32_t value) { return big_endian(value, 4); }
  ByteWriter& u16le(std::uint16_t value) { return little_endian(value, 2); }
  ByteWriter& u32le(std::uint32_t value) { return little_endian(value, 4); }
  ByteWriter& append(ByteView bytes) {
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
    return *this;
  }
  ByteWriter& zeros(std::size_t count) {
    bytes_.resize(bytes_.size() + count);
    return *this;
  }

  Bytes take() { return std::move(bytes_); }

 private:
  ByteWriter& big_endian(std::uint32_t value, unsigned count) {
    for (unsigned i = count; i-- > 0;) u8(static_cast<std::uint8_t>(value >> (8 * i)));
    return *this;
  }
  ByteWriter& little_endian(std::uint32_t value, unsigned count) {
    for (unsigned i = 0; i < count; ++i) u8(static_cast<std::uint8_t>(value >> (8 * i)));
    return *this;
  }

  Bytes bytes_;
};

}  // namespace dfurig
