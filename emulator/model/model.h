// A model: everything known about one chip and its bootloader, loaded from JSON, each value with
// its source and mark.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "dfu/bootloader_spec.h"
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
  std::string note;  ///< may be empty
  bool operator==(const Fact&) const = default;
};

/// One thing a policy does to the registers, in order.
struct RegisterAction {
  enum class Kind {
    ResetBlocks,   ///< the named blocks take their reset values
    SystemReset,   ///< every register takes its reset value
    SetField,      ///< one field (or whole register) of `target` takes `value`
    ConfigurePin,  ///< a pin's MODER/PUPDR/OTYPER fields take the given values
  };
  Kind kind = Kind::SetField;
  std::vector<std::string> blocks;  ///< ResetBlocks: "GPIOA"; "*gpio" for all ports
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

struct BootPin {
  std::string name;  ///< "BOOT0", "BOOT1 (PB2)"
  bool operator==(const BootPin&) const = default;
};

/// One row of the boot table: the ROM starts when every condition holds.
struct BootRule {
  std::map<std::string, unsigned> conditions;  ///< "BOOT0" -> 1, "nBOOT1" -> 1
  std::string source;
  bool operator==(const BootRule&) const = default;
};

struct Model {
  std::string name;    ///< "stm32f405rg"
  std::string title;   ///< "STM32F405RG"
  std::string family;  ///< "STM32F4"
  std::string file;    ///< where it was loaded from
  std::string core;    ///< "Cortex-M4F"

  stm32::ChipSpec chip;
  dfu::BootloaderSpec bootloader;

  /// Option bits and pins the boot rules name, with where to find option bits: name -> {byte
  /// offset, bit} in OptionBytesSpec::factory order.
  struct OptionBit {
    unsigned byte = 0;
    unsigned bit = 0;
    bool operator==(const OptionBit&) const = default;
  };
  std::map<std::string, OptionBit> option_bits;
  std::vector<std::string> boot_pins;           ///< "BOOT0", "BOOT1"
  std::vector<BootRule> bootloader_boot_rules;  ///< any row that holds starts the ROM

  std::vector<RegisterPolicy> entry_policies;
  std::string entry_policy;  ///< the default's name
  std::vector<RegisterPolicy> leave_policies;
  std::string leave_policy;

  std::vector<Fact> facts;
};

/// Finds and loads models below one folder.
class Library {
 public:
  /// `folder` holds chips/, peripherals/ and bootloaders/. Throws InputError when it does not.
  explicit Library(std::string folder);

  const std::string& folder() const { return folder_; }
  /// Model names in alphabetical order.
  std::vector<std::string> names() const;
  /// Loads "stm32f405rg". Throws InputError: unknown name (with near names), or any fault in the
  /// files it is made of (file, line or JSON pointer, what was expected).
  Model load(const std::string& name) const;
  /// Loads a chip file by its path, with this library's peripherals and bootloaders.
  Model load_file(const std::string& path) const;

 private:
  std::string folder_;
};

}  // namespace dfurig::model
