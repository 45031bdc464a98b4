// A model: everything known about one chip and its bootloader, loaded from JSON, each value with
// its source and mark.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "cpu/spec.h"
#include "dfu/bootloader_spec.h"
#include "model/changes.h"
#include "stm32/spec.h"

namespace dfurig::model {

/// How well a value is known (models/README.md).
enum class Mark { Documented, Observed, Inferred, Unknown };
std::string to_string(Mark mark);

/// One sourced statement of a model file, for `describe` and for counting.
struct Fact {
  std::string subject;  ///< file and JSON pointer: "rom-f4/usb/bcdDevice"
  Mark mark = Mark::Unknown;
  std::string source;
  std::string note;      ///< may be empty
  std::string disputed;  ///< what another source says against it; may be empty
  bool operator==(const Fact&) const = default;
};

/// One thing a policy does to the registers, in order.
struct RegisterAction {
  enum class Kind {
    ResetBlocks,   ///< the named blocks take their reset values
    ClocksOn,      ///< the clock enable bits of the named blocks are set
    ClocksOff,     ///< and cleared
    SystemReset,   ///< every register takes its reset value
    SetField,      ///< one field (or whole register) of `target` takes `value`
    ConfigurePin,  ///< a pin's MODER/PUPDR/OTYPER fields take the given values
  };
  Kind kind = Kind::SetField;
  std::vector<std::string> blocks;  ///< of ResetBlocks, ClocksOn, ClocksOff: "GPIOA"
  std::string target;               ///< SetField: "RCC.AHB2ENR" or "RCC.AHB2ENR.GPIOAEN"
  std::uint32_t value = 0;
  std::vector<std::string> pins;                    ///< ConfigurePin: "PA9"
  std::map<std::string, std::uint32_t> pin_fields;  ///< "MODER" -> 0, "PUPDR" -> 1
  std::string why;                                  ///< one sentence for the report
  Mark mark = Mark::Unknown;
  std::string source;
  bool operator==(const RegisterAction&) const = default;
};

/// A named answer to "what do the registers look like then?".
struct RegisterPolicy {
  std::string name;     ///< "an3156"
  std::string summary;  ///< one sentence
  Mark mark = Mark::Unknown;
  std::string source;
  std::vector<RegisterAction> actions;
  bool operator==(const RegisterPolicy&) const = default;
};

/// Some bits of the option bytes, counted in OptionBytesSpec::factory order, little-endian.
struct OptionField {
  std::string name;  ///< "nBOOT1", "BOOT_ADD0"
  unsigned byte = 0;
  unsigned bit = 0;     ///< of that byte
  unsigned width = 1;   ///< at most 32
  std::string meaning;  ///< "0: …, 1: …"; may be empty
  bool operator==(const OptionField&) const = default;
};

/// One row of the boot table; the first row whose conditions hold tells what starts.
struct BootRow {
  enum class Starts {
    MainFlash,
    SystemMemory,  ///< the ROM bootloader
    Sram,
    Address,   ///< the address in an option field
    Banks,     ///< the ROM, which jumps to the first bank with valid code, else stays
    DualBoot,  ///< the address in an option field; where that is in flash: Banks, that one first
  };
  std::map<std::string, std::uint32_t> conditions;  ///< "BOOT0" -> 1, "nBOOT1" -> 1, "EMPTY" -> 1
  Starts starts = Starts::MainFlash;
  std::string address_field;       ///< Address, DualBoot: "BOOT_ADD0"
  std::uint32_t address_unit = 1;  ///< bytes a step of that field means
  Mark mark = Mark::Unknown;
  std::string source;
  bool operator==(const BootRow&) const = default;
};

/// The condition that main flash was empty when the chip was powered on or loaded its option bytes
/// (AN2606, "empty check").
constexpr const char* empty_condition = "EMPTY";

/// A bootloader as its project was edited: a named answer to "what if it were not as generated?".
struct BootloaderVariant {
  std::string name;     ///< "manifestation-tolerant"
  std::string summary;  ///< one sentence
  Mark mark = Mark::Unknown;
  std::string source;
  dfu::BootloaderSpec spec;
  bool operator==(const BootloaderVariant&) const = default;
};

struct Model {
  std::string name;    ///< "stm32f405rg"
  std::string title;   ///< "STM32F405RG"
  std::string family;  ///< "STM32F4"
  std::string file;    ///< where it was loaded from
  std::string core;    ///< "Cortex-M4F"
  std::optional<cpu::CoreSpec> core_spec;
  std::string core_not_executed;  ///< why there is no core_spec: a sentence's end

  stm32::ChipSpec chip;
  dfu::BootloaderSpec bootloader;  ///< without a name when there is none: see has_usb_dfu
  std::vector<BootloaderVariant> bootloader_variants;
  std::string no_usb_dfu;                      ///< why the ROM has none; a sentence's end
  std::vector<std::string> flash_bootloaders;  ///< files that can be put into this chip's flash
  std::vector<std::string> rom_versions;       ///< files of other versions of its ROM

  bool has_usb_dfu() const { return !bootloader.name.empty(); }
  /// "put one into its flash: --bootloader cubemx-f103"; empty when there is none to put.
  std::string flash_bootloader_advice(const std::string& before,
                                      const std::string& after = "") const;

  std::vector<OptionField> option_fields;
  bool rom_at_level2 = false;  ///< F74x and F75x: the ROM starts at RDP level 2 too (AN2606)
  std::vector<std::string> boot_pins;  ///< "BOOT0", "BOOT1"
  std::vector<BootRow> boot_table;     ///< main flash when no row holds
  /// Where memory shows a second time: alias -> address (RM0385 §2: ITCM 0x00200000).
  std::map<std::uint32_t, std::uint32_t> boot_aliases;

  /// Null when the option bytes have no such field.
  const OptionField* find_option_field(const std::string& name) const;

  std::vector<RegisterPolicy> entry_policies;
  std::string entry_policy;  ///< the default's name
  std::vector<RegisterPolicy> leave_policies;
  std::string leave_policy;

  std::vector<Fact> facts;

  /// What tells where an alternate's string comes from: its own mark, else that of all alternates.
  /// Null when neither has one.
  const Fact* fact_of_alternate(std::size_t index) const;
};

/// Finds and loads models below one folder.
class Library {
 public:
  /// `folder` holds chips/, peripherals/ and bootloaders/. Throws InputError when it does not.
  explicit Library(std::string folder);

  const std::string& folder() const { return folder_; }
  /// Model names in alphabetical order.
  const std::vector<std::string>& names() const;
  /// Loads "stm32f405rg" with its ROM's bootloader, or with one of its flash_bootloaders. Throws
  /// InputError: unknown name (with near names), or any fault in the files it is made of (file,
  /// line or JSON pointer, what was expected). A file that changes later is not read again.
  Model load(const std::string& name, const std::string& bootloader = "",
             const Changes& changes = {}) const;
  /// Loads a chip file by its path, with this library's peripherals and bootloaders.
  Model load_file(const std::string& path, const std::string& bootloader = "",
                  const Changes& changes = {}) const;

 private:
  std::string folder_;
  mutable std::vector<std::string> names_;
  mutable std::map<std::pair<std::string, std::string>, Model> loaded_;  ///< as they are
};

}  // namespace dfurig::model
