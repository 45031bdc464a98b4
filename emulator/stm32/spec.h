// What a chip is made of, as plain values. `model` fills these from JSON; the classes of this
// folder are built from them. Every number comes from a model file; none is written in C++.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "support/bytes.h"

namespace dfurig::stm32 {

/// CMSIS-SVD `access` and `modifiedWriteValues`, as far as STM32 registers need them.
enum class Access {
  ReadWrite,
  ReadOnly,
  WriteOnly,    ///< reads as 0
  OneToClear,   ///< writing 1 clears the bit, writing 0 leaves it
  OneToSet,     ///< writing 1 sets the bit, writing 0 leaves it; hardware clears it
  ZeroToClear,  ///< writing 0 clears the bit, writing 1 leaves it (rc_w0)
};

struct FieldSpec {
  std::string name;  ///< the manual's: "MODE5", "GPIOBEN"
  unsigned lsb = 0;
  unsigned width = 1;
  Access access = Access::ReadWrite;
  std::map<std::uint32_t, std::string> values;  ///< names of values: 0 -> "input"; may be empty
  /// False: hardware does something when this changes, and the emulator does not; it is counted.
  bool is_emulated = true;
  bool operator==(const FieldSpec&) const = default;
};

struct RegisterSpec {
  std::string name;  ///< "MODER"
  std::uint32_t offset = 0;
  std::uint32_t reset = 0;  ///< the value at power-on and system reset
  Access access = Access::ReadWrite;
  /// Bits outside every field are reserved: they keep their value, and a write that would change
  /// one is reported as not emulated. A register without fields is storage in all 32 bits.
  std::vector<FieldSpec> fields;
  std::string effect;  ///< "" or a name of effects.cc, such as "gpio_bsrr"
  /// For effects that unlock another register of the block: the keys and the bit they clear.
  std::vector<std::uint32_t> keys;
  std::string unlocks;    ///< register name, "CR"
  unsigned lock_bit = 0;  ///< of `unlocks`, or of this register for effect "locked"
  std::string note;       ///< for people; may be empty
  /// Bits that only a power-on reset resets: the backup domain, the flags of past resets.
  std::uint32_t outlives_reset = 0;
  bool operator==(const RegisterSpec&) const = default;
};

/// One bit of one register, such as RCC.AHB2ENR bit 1.
struct BitReference {
  std::string block;
  std::string register_name;
  unsigned bit = 0;
  bool operator==(const BitReference&) const = default;
};

struct BlockSpec {
  std::string name;  ///< "GPIOB"
  std::string kind;  ///< the peripheral file's name, "gpio-v2"; GPIO ports are the "gpio…" kinds
  std::uint32_t base = 0;
  std::uint32_t size = 0x400;  ///< bytes of address space
  std::vector<RegisterSpec> registers;
  std::optional<BitReference> clock_enable;  ///< without it set: reads 0, writes are dropped
  std::optional<BitReference> reset_bit;     ///< while set: registers are held at reset values
  /// Oscillators that nothing makes oscillate, "HSE" on a board without a crystal: never ready.
  std::vector<std::string> silent_clocks{};
  std::string unit{};   ///< "" or a name of unit.cc, such as "timer"
  std::string clock{};  ///< what the unit counts: a clock of ChipSpec::clocks, "TIMPCLK1"
  /// Positions in the vector table of the lines the unit has (RM: "Interrupt and exception
  /// vectors").
  std::vector<unsigned> interrupts{};
  bool operator==(const BlockSpec&) const = default;
};

/// `count` sectors of `size` bytes each, following one another. A sector is the erase unit.
struct SectorRun {
  unsigned count = 0;
  std::uint32_t size = 0;
  bool operator==(const SectorRun&) const = default;
};

/// What programming does to a program unit that is not erased.
enum class ProgramOverWritten {
  And,                ///< bits can only go to the programmed level
  RefusedUnlessZero,  ///< the unit keeps its content unless all-zero is programmed (L4 PROGERR)
};

/// What programming does with bytes after the last whole program unit.
enum class OddTail {
  Written,  ///< the family programs bytes as well
  Dropped,  ///< they are lost without an error
};

/// A bit of the option bytes, counted in OptionBytesSpec::factory order.
struct OptionBit {
  unsigned byte = 0;
  unsigned bit = 0;
  bool operator==(const OptionBit&) const = default;
};

/// Option bits that write-protect sectors, by sector number from the start of flash. Offsets count
/// in OptionBytesSpec::factory order.
struct WriteProtectionSpec {
  /// A run of bits, each for so many sectors (nWRP of F0 to F7, WRPR of L0 and L1).
  struct Bits {
    std::vector<unsigned> bytes;  ///< where bits 0 to 7, 8 to 15, … are
    unsigned count = 0;
    unsigned first_sector = 0;
    unsigned sectors_per_bit = 1;
    bool last_bit_covers_rest = false;  ///< F0, F1, F3: all sectors from there to the end
    bool protects_when = false;         ///< the value of a bit that protects
    bool operator==(const Bits&) const = default;
  };
  /// From the sector in byte `start` to the one in byte `end`, both included (L4 WRPxyR).
  struct Area {
    unsigned start = 0;
    unsigned end = 0;
    unsigned first_sector = 0;  ///< what these bytes count from
    bool operator==(const Area&) const = default;
  };
  std::vector<Bits> bits;
  std::vector<Area> areas;
  bool operator==(const WriteProtectionSpec&) const = default;
};

/// Sectors while some option bit has this value (nDBANK of F76x, DBANK of G47x, L4R and L5, DB1M of
/// F42x). Bits count in OptionBytesSpec::factory order.
struct FlashLayout {
  unsigned byte = 0;
  unsigned bit = 0;
  bool value = false;
  std::vector<SectorRun> sectors;
  /// Where it is not OptionBytesSpec's: sectors have other numbers.
  std::optional<WriteProtectionSpec> write_protection{};
  bool operator==(const FlashLayout&) const = default;
};

/// Proprietary code read-out protection: flash that only instruction fetches reach, and that is
/// write-protected (RM0090 Rev 21 §3.7.5, RM0440 §3.5.2).
struct PcropSpec {
  /// While it is 1 the bits of write protection mean this too, with their sense inverted (SPRMOD of
  /// F4 and L1, WPRMOD of L0).
  std::optional<OptionBit> mode;
  /// From one field to another, both included; nothing when the first is the larger (L4, G4).
  struct Area {
    unsigned start = 0;  ///< offsets of the fields
    unsigned end = 0;
    unsigned width = 16;     ///< bits of each
    std::uint32_t unit = 0;  ///< bytes a step of them means
    std::uint32_t base = 0;  ///< the address they count from
    bool operator==(const Area&) const = default;
  };
  std::vector<Area> areas;
  bool operator==(const PcropSpec&) const = default;
};

struct FlashSpec {
  std::uint32_t base = 0;
  std::vector<SectorRun> sectors;  ///< with the factory's option bytes
  unsigned program_unit = 1;       ///< bytes
  std::uint8_t erased_value = 0xFF;
  ProgramOverWritten over_written = ProgramOverWritten::And;
  OddTail odd_tail = OddTail::Written;
  std::vector<FlashLayout> layouts{};  ///< empty: there is only one
  std::uint32_t size() const;
  bool operator==(const FlashSpec&) const = default;
};

/// One address window of option bytes.
struct Window {
  std::uint32_t address = 0;
  std::uint32_t size = 0;
  bool operator==(const Window&) const = default;
};

/// How option bytes prove themselves: what stands behind each value is its complement.
enum class Complement {
  None,
  Byte,      ///< F0, F1, F3
  HalfWord,  ///< L0, L1
  Word,      ///< L4, G0, G4, WB, C0
  // Of option registers' half-words, each in 8 bytes of its own; loading does not look at them.
  HalfWordMirrored,  ///< F2, F4: value, complement, complement, value
  HalfWordPadded,    ///< F7: value, complement, two that stay erased
};

/// RDP level 0.5: only while a bit says that TrustZone is on (RM0438, RM0456).
struct IntermediateLevel {
  std::uint8_t rdp = 0;
  OptionBit with;  ///< must be 1
  bool operator==(const IntermediateLevel&) const = default;
};

/// What becomes of the bytes of a window that a write does not give.
enum class NotGiven {
  Erased,  ///< the bootloader erases and programs the bytes themselves
  Kept,    ///< it writes option registers, from which all bytes are programmed anew
};

/// What a write that loses its second half leaves.
enum class InterruptedWrite { Erased, Kept };

/// A register of the flash interface that shows option bytes; firmware programs them through the
/// bits of it that it can write.
struct OptionRegisterSpec {
  std::string register_name;    ///< "OPTR"
  std::string field;            ///< "": all of its bits that are known
  std::vector<unsigned> bytes;  ///< where bits 0 to 7, 8 to 15, … are, in `factory` order
  bool operator==(const OptionRegisterSpec&) const = default;
};

/// What option registers read after firmware programmed the option bytes, until these are loaded.
enum class AfterProgramming { AsWritten, AsLoaded };

struct OptionBytesSpec {
  std::vector<Window> windows;
  Bytes factory;            ///< the content of all windows, one after the other
  unsigned rdp_offset = 0;  ///< byte offset of RDP in that content
  std::uint8_t rdp_level0 = 0xAA;
  std::optional<std::uint8_t> rdp_level2 = 0xCC;  ///< F1 has no level 2
  WriteProtectionSpec write_protection;
  Complement complement = Complement::None;
  std::uint8_t erased_value = 0xFF;
  PcropSpec pcrop{};
  std::optional<IntermediateLevel> rdp_level0_5{};
  Bytes mismatch{};  ///< loads in place of what does not fit its complement; empty: all ones
  NotGiven not_given = NotGiven::Erased;
  InterruptedWrite interrupted_write = InterruptedWrite::Erased;
  std::vector<OptionRegisterSpec> registers{};
  AfterProgramming after_programming = AfterProgramming::AsWritten;
  bool load_at_system_reset = false;  ///< not only at power-on and where software asks for it
  bool operator==(const OptionBytesSpec&) const = default;
};

enum class MemoryKind {
  Ram,
  SystemMemory,
  Otp,
  DeviceFeature,  ///< AN3156: four virtual bytes, the first is the supply range
  Eeprom,         ///< L0, L1: written without erasing
};

/// Blocks of OTP that a lock byte each closes (RM0090 Rev 21 §3.8: 0x00 locks).
struct OtpLocks {
  std::uint32_t block_size = 0;  ///< bytes
  std::uint32_t locks_at = 0;    ///< offset of the first lock byte
  bool operator==(const OtpLocks&) const = default;
};

struct MemorySpec {
  std::string name;  ///< "SRAM1", "System memory"
  MemoryKind kind = MemoryKind::Ram;
  std::uint32_t base = 0;
  std::uint32_t size = 0;
  Bytes initial;  ///< content at the start; the rest is 0 (RAM, EEPROM) or 0xFF
  std::optional<OtpLocks> otp_locks{};
  /// OTP with ECC: so many bytes are written together and once; 0: bit by bit.
  unsigned otp_unit = 0;
  bool operator==(const MemorySpec&) const = default;
};

/// A number that a field of a register stands for.
struct FieldNumber {
  std::string register_name;                      ///< "RCC.PLLCFGR"
  std::string field;                              ///< "PLLN"
  std::map<std::uint32_t, std::uint64_t> values;  ///< empty: the field's value plus `plus`
  std::uint32_t plus = 0;
  std::optional<std::uint64_t> otherwise{};  ///< for values that are not listed
  bool operator==(const FieldNumber&) const = default;
};

/// One clock of the tree: a source with a frequency, or another clock multiplied and divided.
struct ClockSpec {
  std::string name;  ///< "MSI", "PLL", "SYSCLK", "HCLK"
  std::uint64_t hz = 0;
  std::optional<FieldNumber> hz_by{};  ///< MSI: the frequency is chosen by a field
  std::string from{};                  ///< the clock it is made of…
  /// …or the field that chooses one, and which its values mean.
  std::optional<FieldNumber> switch_field{};
  std::map<std::uint32_t, std::string> switched{};
  std::vector<FieldNumber> multiplied_by{};
  std::vector<FieldNumber> divided_by{};
  bool operator==(const ClockSpec&) const = default;
};

struct ChipSpec {
  std::vector<BlockSpec> blocks;
  FlashSpec flash;
  OptionBytesSpec option_bytes;
  std::vector<MemorySpec> memories;
  std::vector<ClockSpec> clocks{};  ///< empty: how fast it runs is not known
  bool operator==(const ChipSpec&) const = default;
};

}  // namespace dfurig::stm32
