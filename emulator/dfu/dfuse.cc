#include "dfu/dfuse.h"

#include "support/hex.h"

namespace dfurig::dfu {
namespace {

constexpr std::size_t command_with_address_size = 5;

std::optional<Operation> parse_command(ByteView data) {
  ByteReader reader(data);
  const std::uint8_t command = reader.u8();
  const bool has_address = data.size() == command_with_address_size;
  if (command == SET_ADDRESS_POINTER && has_address) return SetAddress{reader.u32le()};
  if (command == ERASE && has_address) return EraseSector{reader.u32le()};
  if (command == ERASE && data.size() == 1) return MassErase{};
  if (command == READ_UNPROTECT && data.size() == 1) return ReadUnprotect{};
  return std::nullopt;
}

struct Describe {
  std::string operator()(const SetAddress& it) const {
    return "Set Address Pointer " + hex(it.address);
  }
  std::string operator()(const EraseSector& it) const { return "Erase " + hex(it.address); }
  std::string operator()(const MassErase&) const { return "Mass erase"; }
  std::string operator()(const ReadUnprotect&) const { return "Read Unprotect"; }
  std::string operator()(const WriteMemory& it) const {
    return "Write " + std::to_string(it.data.size()) + " bytes, wBlockNum " +
           std::to_string(it.wBlockNum);
  }
  std::string operator()(const Leave&) const { return "Leave"; }
};

}  // namespace

std::optional<Operation> parse_operation(std::uint16_t wBlockNum, ByteView data) {
  if (data.empty()) return Leave{};
  if (wBlockNum == 0) return parse_command(data);
  if (wBlockNum == 1) return std::nullopt;  // not defined: AN2662 figure 55 stalls it
  return WriteMemory{wBlockNum, Bytes(data.begin(), data.end())};
}

std::string to_string(const Operation& operation) {
  return std::visit(Describe{}, operation);
}

std::optional<std::uint32_t> block_address(std::uint16_t wBlockNum, std::uint16_t block_size,
                                           std::uint32_t address_pointer) {
  const std::uint64_t address =
      std::uint64_t{wBlockNum - 2u} * block_size + std::uint64_t{address_pointer};
  if (address > UINT32_MAX) return std::nullopt;
  return static_cast<std::uint32_t>(address);
}

}  // namespace dfurig::dfu
