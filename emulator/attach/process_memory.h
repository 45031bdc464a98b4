// The tool's memory, read and written from outside.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>

#include "support/bytes.h"

namespace dfurig::attach {

/// Each returns false or nothing when the address is not the tool's (EFAULT for its call).
bool read_memory(pid_t pid, std::uint64_t address, void* into, std::size_t size);
bool write_memory(pid_t pid, std::uint64_t address, const void* from, std::size_t size);
std::optional<Bytes> read_bytes(pid_t pid, std::uint64_t address, std::size_t size);
/// A path: up to PATH_MAX bytes with its NUL.
std::optional<std::string> read_path(pid_t pid, std::uint64_t address);

template <typename T>
std::optional<T> read_object(pid_t pid, std::uint64_t address) {
  T object;
  if (!read_memory(pid, address, &object, sizeof object)) return std::nullopt;
  return object;
}

template <typename T>
bool write_object(pid_t pid, std::uint64_t address, const T& object) {
  return write_memory(pid, address, &object, sizeof object);
}

}  // namespace dfurig::attach
