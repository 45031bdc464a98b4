// The tool's memory, read and written from outside.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>

#include "support/bytes.h"

namespace dfurig::attach {

/// Each returns false or nothing when the address is not the tool's (EFAULT for its call).
bool read_memory(pid_t pid, std::uint64_t address, void* into, std::size_t size);
bool write_memory(pid_t pid, std::uint64_t address, const void* from, std::size_t size);
/// Some bytes for one place.
struct Piece {
  std::uint64_t address = 0;
  ByteView bytes;
};
/// All pieces, eight at most, in one call.
bool write_pieces(pid_t pid, std::initializer_list<Piece> pieces);
std::optional<Bytes> read_bytes(pid_t pid, std::uint64_t address, std::size_t size);
/// A path: up to PATH_MAX bytes with its NUL.
std::optional<std::string> read_path(pid_t pid, std::uint64_t address);

template <typename T>
std::optional<T> read_object(pid_t pid, std::uint64_t address) {
  T object;
  if (!read_memory(pid, address, &object, sizeof object)) return std::nullopt;
  return object;
}

/// The bytes of a number, as the tool's processor keeps them.
template <typename T>
ByteView bytes_of(const T& number) {
  return {reinterpret_cast<const std::uint8_t*>(&number), sizeof number};
}

template <typename T>
bool write_object(pid_t pid, std::uint64_t address, const T& object) {
  return write_memory(pid, address, &object, sizeof object);
}

}  // namespace dfurig::attach
