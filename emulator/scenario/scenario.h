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
#include "fault/fault.h"
#include "model/model.h"
#include "scenario/files.h"
#include "scenario/firmware.h"
#include "scenario/image.h"
#include "scenario/window.h"
#include "usb/descriptors.h"

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
  bool times_out = false;                 ///< it is to be ended: it does not end by itself
  std::vector<int> exit_status;           ///< one of these; empty: any
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
  bool settles = true;  ///< the next step comes when all that follows from it is over
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

/// What went over the control pipe since the scenario began, or in its last tool's time.
struct TransferExpectation {
  std::string place;
  fault::RequestCondition what;
  std::string reply;  ///< "ACK", "STALL", "data", "no reply", "bus error"; empty: any
  std::optional<Range<std::uint32_t>> count;
};
struct TranscriptExpectation {
  std::vector<TransferExpectation> sent;   ///< each so often; at least once when no count is given
  std::vector<TransferExpectation> order;  ///< one after the other, with any others between
};

/// A file that a tool wrote into ${files}.
struct FileExpectation {
  std::string name;
  Bytes content;
  std::string what;
};

struct Expect {
  std::optional<std::string> phase;
  std::optional<bool> is_on_bus;
  std::optional<std::string> dfu_state;
  std::optional<std::string> dfu_status;
  std::optional<std::uint32_t> address_pointer;
  std::vector<RegisterValue> registers;
  std::vector<PinExpectation> pins;
  std::vector<FlashExpectation> flash;
  std::map<std::uint32_t, Bytes> option_bytes;  ///< by address, as programmed
  std::optional<ChangesExpectation> changes;
  std::optional<TranscriptExpectation> transcript;
  std::vector<FileExpectation> files;
  std::vector<std::string> not_emulated;     ///< each must be in a line of that list
  std::optional<Range<Duration>> elapsed{};  ///< device time of the last tool
  std::vector<Expect> any_of;                ///< at least one must hold
  FirmwareExpectation firmware;
};

/// One control transfer of a replayed tool, and what must come back.
struct ControlRequest {
  std::string place;
  usb::SetupPacket setup;
  Bytes data;
  std::string reply;  ///< as in TransferExpectation
  std::optional<Bytes> reply_data;
  std::optional<dfu::State> state;  ///< of DFU_GETSTATUS
  std::optional<dfu::Status> status;
  std::optional<std::uint32_t> poll_ms;
  bool polls = false;  ///< DFU_GETSTATUS again, after bwPollTimeout, while it says dfuDNBUSY
};
struct ReplayRequests {
  std::vector<ControlRequest> requests;
};

/// More faults from here on, or none of those before.
struct ArmFaults {
  std::vector<fault::Fault> faults;
  bool clears = false;
};

using Action = std::variant<RunTool, WriteRegister, DrivePins, Reset, RunFirmware, ReplayRequests,
                            ArmFaults, Expect, StartProgram, AskWindow, TakeScreenshot, EndProgram>;

struct Step {
  std::string place;  ///< "x.json: /steps/2"
  Action action;
  std::size_t board = 0;  ///< whose; a tool sees all
};

/// A public report that a scenario reproduces.
struct GalleryEntry {
  std::string id;      ///< "A22"
  std::string report;  ///< its title
  std::string chip;
  std::string tool;
  std::string cause;     ///< "known", "likely" or "unknown"
  std::string injected;  ///< what is put in because the cause is unknown; may be empty
};

/// One board, as it is before the first step.
struct BoardSetup {
  std::string place;  ///< "x.json: /others/0"
  model::Model model;
  std::vector<std::string> overrides;  ///< "bootloader/behaviour/while_busy=stall"
  board::Options options;
  std::vector<fault::Fault> faults;  ///< from the beginning
  Given given;
};

/// On the bus beside the boards, and no board: what it tells of itself is all it does.
using Bystander = usb::DescriptorSet;

struct Scenario {
  std::string file;  ///< with "[NAME]" when it is a row of a table
  std::string title;
  std::string why;
  std::vector<std::string> sources;
  std::map<std::string, MadeFile> files;  ///< in ${files} while it runs
  std::vector<BoardSetup> boards;         ///< 1-1, 1-2, …; at least one
  std::vector<Bystander> bystanders;      ///< after the boards
  std::vector<Step> steps;
  /// It is known to fail, with this in what is told of it; empty: it must pass.
  std::string fails_with;
  std::optional<GalleryEntry> gallery;
};

}  // namespace dfurig::scenario
