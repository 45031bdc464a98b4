// One STM32's memories and registers behind one address space.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "stm32/bus.h"
#include "stm32/flash.h"
#include "stm32/flash_controller.h"
#include "stm32/gpio.h"
#include "stm32/hosted_units.h"
#include "stm32/not_emulated.h"
#include "stm32/option_bytes.h"
#include "stm32/option_registers.h"
#include "stm32/register_block.h"
#include "stm32/spec.h"
#include "stm32/unit.h"

namespace dfurig::stm32 {

enum class ResetKind {
  PowerOn,         ///< RAM content is lost as well; option bytes are loaded
  OptionByteLoad,  ///< registers go to reset values, option bytes are loaded
  System,          ///< registers go to reset values; RAM, flash and options keep what they have
};

/// How a memory operation of the bootloader ended.
enum class MemoryStatus {
  Ok,
  BadAddress,  ///< nothing there that can do this
  Failed,      ///< the memory itself reports an error
};

/// "BLOCK.REGISTER" of all that can be read, in the order of the model.
using RegisterNames = std::vector<std::string>;

/// What every register holds at one moment.
struct Snapshot {
  std::shared_ptr<const RegisterNames> names;  ///< a chip's snapshots share them
  std::vector<std::uint32_t> values;           ///< of `names`, one by one
};

/// A pin that is an output took another level.
struct PinChange {
  std::chrono::nanoseconds at{};  ///< device time
  std::string pin;                ///< "PA5"
  bool level = false;
  bool operator==(const PinChange&) const = default;
};

class Chip : public Bus, private Surroundings {
 public:
  /// `spec` must outlive it.
  explicit Chip(const ChipSpec& spec);
  /// Keeps `spec` itself.
  explicit Chip(ChipSpec&& spec);
  Chip(const Chip&) = delete;
  Chip& operator=(const Chip&) = delete;

  const ChipSpec& spec() const { return spec_; }
  /// The backup domain and the flags of past resets outlive all but a power-on.
  void reset(ResetKind kind, ResetCause cause);
  /// A system reset here comes from the pin.
  void reset(ResetKind kind);

  // --- What software on the chip does: clock gating, access modes and effects apply. ---

  /// Reads 1, 2 or 4 bytes; absent where nothing is mapped. A peripheral that is not modelled reads
  /// 0, and takes writes.
  std::optional<std::uint32_t> read(std::uint32_t address, unsigned width) override;
  /// Writes 1, 2 or 4 bytes to RAM, a register, or to flash as far as the flash interface is set to
  /// program; false where nothing takes it.
  bool write(std::uint32_t address, unsigned width, std::uint32_t value) override;

  // --- What a core sees (bus.h); read and write as above. ---

  std::optional<MemoryView> find_memory(std::uint32_t address) override;
  std::uint64_t memory_version() const override { return flash_.version() + map_version_; }
  void set_pc(std::uint32_t pc) override { not_emulated_.set_pc(pc); }
  /// Accesses that follow are no firmware's.
  void forget_pc() { not_emulated_.set_pc(std::nullopt); }
  void advance(std::uint64_t cycles) override;
  std::optional<std::uint64_t> next_event() const override { return units_.next_event(); }
  const InterruptLines& interrupt_lines() const override { return units_.lines(); }
  bool wants_attention() const override {
    return has_clock_changed_ || has_pin_come_ || reset_request_.has_value();
  }

  // --- Time, and what the board asks a running chip. ---

  /// Device time since it was made: cycles of HCLK, each as long as HCLK was then.
  std::chrono::nanoseconds now() const override;
  std::uint64_t hclk_hz() const { return hclk_hz_; }
  /// Cycles of HCLK, as it is now, until then; 0 when that is past.
  std::uint64_t cycles_until(std::chrono::nanoseconds then) const;
  /// Sets attention when an output pin takes this level; absent: never.
  void stop_at_pin(std::optional<PinChange> wanted) { wanted_pin_ = std::move(wanted); }
  /// Clears attention. True: the pin waited for has come.
  bool take_attention();
  /// A watchdog, or firmware by the flash interface, asks for a reset; taken is forgotten.
  std::optional<ResetCause> take_reset_request();
  /// What serial peripherals sent since the chip was made, by "USART1".
  const std::map<std::string, std::string>& transmitted() const { return transmitted_; }
  /// The first `pin_changes_max` changes of output pins since the last clear_pin_changes().
  const std::vector<PinChange>& pin_changes() const { return pin_changes_; }
  std::uint64_t pin_change_count() const { return pin_change_count_; }
  static constexpr std::size_t pin_changes_max = 100'000;

  // --- What firmware does to option bytes by the flash interface. RDP from level 1 to level 0
  // erases what level 1 protected. ---

  /// OPTSTRT: programs what the option registers hold.
  void program_option_registers();
  void erase_option_bytes() { option_bytes_.erase(); }
  /// Values with their complements.
  void store_option_bytes(std::uint32_t address, ByteView data);
  /// OBL_LAUNCH.
  void request_option_load() { request_reset(ResetCause::OptionByteLoad); }

  // --- What a bootloader does to memory. ---

  bool is_readable(std::uint32_t address, std::uint32_t size) const;
  MemoryStatus read_memory(std::uint32_t address, std::span<std::uint8_t> into) const;
  /// The same, and at 0 what is mapped there.
  MemoryStatus read_mapped(std::uint32_t address, std::span<std::uint8_t> into) const;
  // What option bytes write-protect stays as it is, and no error says so (AN3156). PCROP also keeps
  // it from being read.

  /// Programs flash or OTP, or stores to RAM.
  MemoryStatus program(std::uint32_t address, ByteView data);
  MemoryStatus erase_sector(std::uint32_t address);
  /// Erases nothing while a sector is write-protected (RM0090 Rev 21 §3.7.4).
  MemoryStatus mass_erase();
  void clear_ram();
  /// What leaving RDP level 1 for level 0 erases: the flash, and the data EEPROM of the L0 and L1
  /// (RM0367 §3.8.2).
  void erase_protected();
  /// Which of FlashSpec::layouts the loaded option bytes choose; 0 when there is only one.
  std::size_t flash_layout() const { return flash_layout_; }
  /// By its number from the start of flash.
  bool is_write_protected(std::size_t sector) const;

  // --- What a debugger sees and does: content, whatever the clocks. ---

  /// By "GPIOB.MODER". Absent when the model has no such register.
  std::optional<std::uint32_t> peek(const std::string& register_name) const;
  /// Stores content directly, without effects. False when the model has no such register.
  bool poke(const std::string& register_name, std::uint32_t value);
  /// The address of "GPIOB.MODER".
  std::optional<std::uint32_t> address_of(const std::string& register_name) const;
  Snapshot snapshot() const;

  RegisterBlock* find_block(const std::string& name) override;
  const RegisterBlock* find_block(const std::string& name) const;

  Flash& flash() { return flash_; }
  const Flash& flash() const { return flash_; }
  OptionBytes& option_bytes() { return option_bytes_; }
  const OptionBytes& option_bytes() const { return option_bytes_; }

  /// The level something outside drives onto a pin: "PB7". Absent: nothing drives it.
  /// False when the chip has no such pin.
  bool drive_pin(const std::string& pin, std::optional<bool> level);

  NotEmulated& not_emulated() { return not_emulated_; }
  const NotEmulated& not_emulated() const { return not_emulated_; }

 private:
  struct Region {
    MemorySpec spec;
    Bytes content;
  };

  /// A GPIO port, and what its pins do as far as that was followed.
  struct Port {
    std::string pins;  ///< "PA"
    std::array<std::uint32_t, 2> modes{};
    std::uint32_t outputs = 0;
    std::uint32_t levels = 0;  ///< of the outputs
  };
  /// What the chip does after a write to a block, besides what the block does itself.
  struct Role {
    bool is_control = false;  ///< holds reset bits of others, or the clock tree
    bool is_syscfg = false;
    std::optional<Port> port{};
  };

  Chip(std::unique_ptr<const ChipSpec> own, const ChipSpec& spec);
  static Bytes initial_content(const MemorySpec& spec);
  Region* find_region(std::uint32_t address, std::uint32_t size);
  const Region* find_region(std::uint32_t address, std::uint32_t size) const;
  RegisterBlock* find_block_at(std::uint32_t address);
  /// Where a BitReference leads; no block: nowhere.
  struct Bit {
    const RegisterBlock* block = nullptr;
    std::size_t index = 0;
    std::uint32_t mask = 0;
    bool is_set() const { return block != nullptr && (block->value(index) & mask) != 0; }
  };
  struct Gate {
    Bit clock_enable;
    bool is_gated = false;
    Bit reset;
  };
  Bit resolve(const std::optional<BitReference>& reference) const;
  void resolve_gates();
  void resolve_roles();
  std::size_t position_of(const RegisterBlock& block) const {
    return static_cast<std::size_t>(&block - blocks_.data());
  }
  /// A field of a register; no block: it reads 0.
  struct Field {
    const RegisterBlock* block = nullptr;
    std::size_t index = 0;
    std::uint32_t mask = 0;
    unsigned lsb = 0;
    std::uint32_t value() const {
      return block == nullptr ? 0 : (block->value(index) & mask) >> lsb;
    }
  };
  Field find_mem_mode() const;
  std::optional<Window> boot_memory() const;
  MemoryView flash_view(std::uint32_t address) const;
  std::optional<MemoryView> view_of(std::uint32_t address);
  static bool is_peripheral(std::uint32_t address);
  std::optional<std::uint32_t> read_unknown(std::uint32_t address, unsigned width);
  bool write_unknown(std::uint32_t address, unsigned width);
  void write_register(RegisterBlock& block, std::uint32_t offset, unsigned width,
                      std::uint32_t value);
  void follow(RegisterBlock& block);
  void follow_clocks();
  std::uint64_t frequency(const std::string& clock) const;
  void follow_pins(const RegisterBlock& block, Port& port);
  void set_reset_flags(ResetCause cause);

  // --- Surroundings of units. ---

  void request_reset(ResetCause cause) override { reset_request_ = cause; }
  bool pin_level(unsigned port, unsigned pin) const override;
  void transmitted(const std::string& block, std::uint8_t byte) override {
    transmitted_[block].push_back(static_cast<char>(byte));
  }
  FlashStatus program_flash(std::uint32_t address, ByteView data);
  void hide_unreadable(std::uint32_t address, std::span<std::uint8_t> bytes) const;
  // Those that a part of flash touches.
  std::vector<Window> protected_sectors(const Window& where) const;
  std::vector<Window> unreadable_flash(const Window& where) const;
  std::vector<Window> unwritable_flash(const Window& where) const;
  bool is_aligned(std::uint32_t address, unsigned width, const char* what);
  bool takes_accesses(const RegisterBlock& block, const char* what);
  void hold_blocks_in_reset();
  void load_option_bytes();
  void change_option_bytes(const std::function<void()>& change);
  bool is_programmed_by_stores(std::uint32_t address, unsigned width) const;
  void clear(MemoryKind kind);

  std::unique_ptr<const ChipSpec> own_spec_;  ///< null when it is somebody else's
  const ChipSpec& spec_;
  NotEmulated not_emulated_;
  Flash flash_;
  OptionBytes option_bytes_;
  std::size_t flash_layout_ = 0;
  std::vector<Region> regions_;
  std::vector<RegisterBlock> blocks_;
  std::shared_ptr<const RegisterNames> register_names_;
  std::vector<Gate> gates_;  ///< of each block
  std::vector<Role> roles_;  ///< of each block
  std::vector<std::pair<std::uint32_t, RegisterBlock*>> by_base_;
  RegisterBlock* last_ = nullptr;                      ///< where the last access went
  std::unique_ptr<FlashController> flash_controller_;  ///< null: FLASH programs nothing
  std::optional<OptionRegisters> option_registers_;
  HostedUnits units_;
  std::optional<ResetCause> reset_request_;
  std::map<std::string, std::string> transmitted_;
  Field mem_mode_;
  std::uint64_t map_version_ = 1;
  std::uint64_t hclk_hz_ = 0;
  bool has_clock_changed_ = false;
  std::uint64_t cycles_ = 0;          ///< since HCLK changed
  std::chrono::nanoseconds since_{};  ///< when that was
  std::vector<PinChange> pin_changes_;
  std::uint64_t pin_change_count_ = 0;
  std::optional<PinChange> wanted_pin_;
  bool has_pin_come_ = false;
};

}  // namespace dfurig::stm32
