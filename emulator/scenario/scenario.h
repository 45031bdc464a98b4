// A scenario: what there is, what happens, and what must be true, as plain values.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "board/board.h"
#include "model/model.h"
#include "scenario/firmware.h"
#include "scenario/image.h"

namespace dfurig::scenario {

/// "GPIOB.MODER" or "GPIOB.MODER.MODE7" and a value for it.
struct RegisterValue {
  std::string name;
  std::uint32_t value = 0;
};

/// What start-up code did before the bootloader was entered.
struct Application {
  std::vector<RegisterValue> writes;
  bool jumps_to_bootloader = false;
};

struct Given {
  std::map<std::string, unsigned> boot_pins;
  std::vector<Image> flash;
  std::map<std::uint32_t, Bytes> option_bytes;  ///< by window address
  std::map<std::string, bool> pins;             ///< what something outside drives
  std::optional<Application> application;
  std::vector<FirmwareFile> firmware;  ///< executed
};

/// A host tool is run to its end.
struct RunTool {
  std::vector<std::string> arguments;
  std::chrono::milliseconds timeout{0};
  std::optional<int> exit_status;
  std::vector<std::string> output;        ///< each must be in standard output or error
  std::vector<std::string> output_lacks;  ///< none may be
};

/// Software on the chip writes a register.
struct WriteRegister {
  RegisterValue write;
};

/// Something outside drives pins, or stops to.
struct DrivePins {
  std::map<std::string, std::optional<bool>> levels;
};

struct Reset {
  bool is_power_on = false;
  std::map<std::string, unsigned> boot_pins;  ///< set before it; the others stay
};

/// "PB7": only what is given is checked. Values as in MODER, OTYPER, PUPDR, ODR and IDR.
struct PinExpectation {
  std::string pin;
  std::map<std::string, std::uint32_t> registers;
};

struct FlashExpectation {
  Image content;
  std::string what;  ///< "blink.bin", "0xFF × 7"
};

struct ChangesExpectation {
  struct Change {
    std::uint32_t from = 0;
    std::uint32_t to = 0;
  };
  std::string from;                 ///< a moment: "before_entry"
  std::string to;                   ///< "after_leave"
  std::vector<std::string> blocks;  ///< looked at; empty: all
  std::map<std::string, Change> exactly;
};

struct Expect {
  std::optional<std::string> phase;
  std::optional<std::string> dfu_state;
  std::optional<std::string> dfu_status;
  std::optional<std::uint32_t> address_pointer;
  std::vector<RegisterValue> registers;
  std::vector<PinExpectation> pins;
  std::vector<FlashExpectation> flash;
  std::optional<ChangesExpectation> changes;
  FirmwareExpectation firmware;
};

using Action = std::variant<RunTool, WriteRegister, DrivePins, Reset, RunFirmware, Expect>;

struct Step {
  std::string place;  ///< "x.json: /steps/2"
  Action action;
};

struct Scenario {
  std::string file;
  std::string title;
  std::string why;
  std::vector<std::string> sources;
  model::Model model;
  std::vector<std::string> overrides;  ///< "bootloader/behaviour/while_busy=stall"
  board::Options options;
  Given given;
  std::vector<Step> steps;
};

}  // namespace dfurig::scenario
