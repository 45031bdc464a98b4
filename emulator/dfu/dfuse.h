// DfuSe: ST's commands inside DFU_DNLOAD (AN3156 §5).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "support/bytes.h"

namespace dfurig::dfu {

/// The first byte of a DFU_DNLOAD with wBlockNum 0.
enum Command : std::uint8_t {
  GET_COMMANDS = 0x00,
  SET_ADDRESS_POINTER = 0x21,
  ERASE = 0x41,
  READ_UNPROTECT = 0x92,
};

struct SetAddress {
  std::uint32_t address = 0;
  bool operator==(const SetAddress&) const = default;
};
struct EraseSector {
  std::uint32_t address = 0;
  bool operator==(const EraseSector&) const = default;
};
struct MassErase {
  bool operator==(const MassErase&) const = default;
};
struct ReadUnprotect {
  bool operator==(const ReadUnprotect&) const = default;
};
struct WriteMemory {
  std::uint16_t wBlockNum = 2;
  Bytes data;
  bool operator==(const WriteMemory&) const = default;
};
struct Leave {
  bool operator==(const Leave&) const = default;
};

/// What a DFU_DNLOAD asks for; it runs when DFU_GETSTATUS arrives (AN3156 §5).
using Operation =
    std::variant<SetAddress, EraseSector, MassErase, ReadUnprotect, WriteMemory, Leave>;

/// Absent when the block number or the command is not defined: the request is stalled.
std::optional<Operation> parse_operation(std::uint16_t wBlockNum, ByteView data);

/// "Set Address Pointer 0x08000000", "Write 2048 bytes, wBlockNum 2", …
std::string to_string(const Operation& operation);

/// AN3156 §5.2: (wBlockNum - 2) × block size + address pointer. Absent when that leaves 32 bits.
std::optional<std::uint32_t> block_address(std::uint16_t wBlockNum, std::uint16_t block_size,
                                           std::uint32_t address_pointer);

}  // namespace dfurig::dfu
