#include "attach/process_memory.h"

#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <climits>
#include <cstring>

namespace dfurig::attach {
namespace {

iovec span_of(std::uint64_t address, std::size_t size) {
  return {reinterpret_cast<void*>(address), size};
}

}  // namespace

bool read_memory(pid_t pid, std::uint64_t address, void* into, std::size_t size) {
  if (size == 0) return true;
  const iovec local{into, size};
  const iovec remote = span_of(address, size);
  return process_vm_readv(pid, &local, 1, &remote, 1, 0) == static_cast<ssize_t>(size);
}

bool write_memory(pid_t pid, std::uint64_t address, const void* from, std::size_t size) {
  if (size == 0) return true;
  const iovec local{const_cast<void*>(from), size};
  const iovec remote = span_of(address, size);
  return process_vm_writev(pid, &local, 1, &remote, 1, 0) == static_cast<ssize_t>(size);
}

bool write_pieces(pid_t pid, std::initializer_list<Piece> pieces) {
  std::array<iovec, 8> local{};
  std::array<iovec, 8> remote{};
  assert(pieces.size() <= local.size());
  std::size_t count = 0;
  std::size_t size = 0;
  for (const Piece& piece : pieces) {
    if (piece.bytes.empty()) continue;
    local[count] = {const_cast<std::uint8_t*>(piece.bytes.data()), piece.bytes.size()};
    remote[count] = span_of(piece.address, piece.bytes.size());
    size += piece.bytes.size();
    ++count;
  }
  return process_vm_writev(pid, local.data(), count, remote.data(), count, 0) ==
         static_cast<ssize_t>(size);
}

std::optional<Bytes> read_bytes(pid_t pid, std::uint64_t address, std::size_t size) {
  Bytes bytes(size);
  if (!read_memory(pid, address, bytes.data(), size)) return std::nullopt;
  return bytes;
}

/// A string may end just before a page that is not mapped: never read across one unasked.
std::optional<std::string> read_path(pid_t pid, std::uint64_t address) {
  static const auto page_size = static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
  std::string path;
  while (path.size() < PATH_MAX) {
    char piece[256];
    const std::uint64_t to_page_end = page_size - address % page_size;
    const std::size_t size = std::min<std::uint64_t>(sizeof piece, to_page_end);
    if (!read_memory(pid, address, piece, size)) return std::nullopt;
    const void* end = std::memchr(piece, 0, size);
    const auto length =
        end == nullptr ? size : static_cast<std::size_t>(static_cast<const char*>(end) - piece);
    path.append(piece, length);
    if (end != nullptr) return path;
    address += size;
  }
  return std::nullopt;
}

}  // namespace dfurig::attach
