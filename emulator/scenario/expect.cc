#include "scenario/expect.h"

#include <algorithm>
#include <filesystem>

#include "model/load_policies.h"
#include "scenario/expect_firmware.h"
#include "scenario/expect_transcript.h"
#include "scenario/in_words.h"
#include "stm32/register_block.h"
#include "support/hex.h"
#include "support/join.h"

namespace dfurig::scenario {
namespace {

using Failures = std::vector<Failure>;

std::uint32_t field_of(const stm32::FieldSpec& field, std::uint32_t word) {
  return (word & stm32::field_mask(field)) >> field.lsb;
}

void check_text(const std::string& what, const std::optional<std::string>& expected,
                const std::string& actual, Failures& failures) {
  if (expected && *expected != actual) failures.push_back({what, *expected, actual, {}});
}

void check_dfu(const Expect& expect, const board::Board& board, Failures& failures) {
  const dfu::Bootloader* bootloader = board.bootloader();
  const std::string gone = "the bootloader does not run";
  check_text("dfu_state", expect.dfu_state,
             bootloader == nullptr ? gone : dfu::to_string(bootloader->state()), failures);
  check_text("dfu_status", expect.dfu_status,
             bootloader == nullptr ? gone : dfu::to_string(bootloader->status()), failures);
  std::optional<std::string> pointer;
  if (expect.address_pointer) pointer = hex(*expect.address_pointer);
  check_text("address_pointer", pointer,
             bootloader == nullptr ? gone : hex(bootloader->address_pointer()), failures);
}

void check_register(const RegisterValue& expected, const board::Board& board, Failures& failures) {
  const stm32::FieldSpec* field = nullptr;
  const stm32::RegisterSpec* spec = model::find_register(board.model().chip, expected.name, field);
  if (field != nullptr) {
    const std::string register_name = expected.name.substr(0, expected.name.rfind('.'));
    const std::uint32_t actual = field_of(*field, board.chip().peek(register_name).value_or(0));
    if (actual == expected.value) return;
    failures.push_back(
        {expected.name, field_text(*field, expected.value), field_text(*field, actual), {}});
    return;
  }
  const std::uint32_t actual = board.chip().peek(expected.name).value_or(0);
  if (actual == expected.value) return;
  failures.push_back({expected.name, hex(expected.value), hex(actual),
                      compare_fields(*spec, expected.value, actual)});
}

void check_pin(const PinExpectation& expected, const board::Board& board, Failures& failures) {
  const stm32::Pin pin = stm32::parse_pin(expected.pin).value();
  for (const auto& [register_name, value] : expected.registers) {
    const bool is_two_bits = register_name == "MODER" || register_name == "PUPDR";
    const unsigned width = is_two_bits ? 2 : 1;
    const std::uint32_t word = board.chip().peek(pin.block + "." + register_name).value_or(0);
    const std::uint32_t actual = word >> (pin.number * width) & ((1u << width) - 1);
    if (actual == value) continue;
    failures.push_back({expected.pin + " (" + pin.block + "." + register_name + ")",
                        std::to_string(value),
                        std::to_string(actual),
                        {}});
  }
}

/// `what` says in words what is wanted.
void compare_bytes(const std::string& where, std::uint32_t address, ByteView wanted_bytes,
                   ByteView found_bytes, const std::string& what, Failures& failures) {
  const auto [wanted, found] =
      std::mismatch(wanted_bytes.begin(), wanted_bytes.end(), found_bytes.begin());
  if (wanted == wanted_bytes.end()) return;
  std::size_t different = 0;
  for (std::size_t i = 0; i < wanted_bytes.size(); ++i) {
    different += wanted_bytes[i] != found_bytes[i];
  }
  const auto offset = static_cast<std::uint32_t>(wanted - wanted_bytes.begin());
  failures.push_back(
      {where + " " + hex(address) + ", " + std::to_string(wanted_bytes.size()) + " bytes",
       what,
       std::to_string(different) + " bytes differ",
       {"first at " + hex(address + offset) + ": expected " + hex(*wanted, 2) + ", found " +
        hex(*found, 2)}});
}

void check_flash(const FlashExpectation& expected, const board::Board& board, Failures& failures) {
  const Image& image = expected.content;
  const auto size = static_cast<std::uint32_t>(image.data.size());
  compare_bytes("flash", image.address, image.data, board.chip().flash().view(image.address, size),
                expected.what, failures);
}

void check_option_bytes(std::uint32_t address, const Bytes& bytes, const board::Board& board,
                        Failures& failures) {
  const auto size = static_cast<std::uint32_t>(bytes.size());
  compare_bytes("option bytes", address, bytes, board.chip().option_bytes().view(address, size),
                "what the scenario gives", failures);
}

void check_file(const FileExpectation& expected, const std::string& folder, Failures& failures) {
  const std::filesystem::path path = std::filesystem::path(folder) / expected.name;
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(path, ignored)) {
    failures.push_back({expected.name, expected.what, "no tool wrote it", {}});
    return;
  }
  const Bytes found = read_file(path.string());
  if (found.size() != expected.content.size()) {
    failures.push_back(
        {expected.name,
         expected.what,
         std::to_string(found.size()) + " bytes, not " + std::to_string(expected.content.size()),
         {}});
    return;
  }
  compare_bytes(expected.name, 0, expected.content, found, expected.what, failures);
}

void check_listed(const std::string& text, const std::vector<std::string>& lines,
                  Failures& failures) {
  const bool is_there = std::ranges::any_of(
      lines, [&](const std::string& line) { return line.find(text) != std::string::npos; });
  if (!is_there) failures.push_back({"not_emulated", "\"" + text + "\"", "it is not there", lines});
}

std::string on_bus_text(bool is_on_bus) {
  return is_on_bus ? "the device is on the bus" : "it is not";
}

/// The first alternative's failures are told, when none holds.
void check_any(const std::vector<Expect>& alternatives, const Observed& observed,
               Failures& failures) {
  if (alternatives.empty()) return;
  std::vector<std::string> details;
  for (const Expect& it : alternatives) {
    const Failures own = check(it, observed);
    if (own.empty()) return;
    details.push_back(own[0].what + ": expected " + own[0].expected + ", found " + own[0].actual);
  }
  failures.push_back({"any_of", "one of " + std::to_string(alternatives.size()) + " alternatives",
                      "none of them holds", std::move(details)});
}

bool is_looked_at(const std::string& name, const std::vector<std::string>& blocks) {
  return blocks.empty() || std::any_of(blocks.begin(), blocks.end(), [&](const std::string& block) {
           return name.starts_with(block + ".");
         });
}

std::string change_text(std::uint32_t from, std::uint32_t to) {
  return hex(from) + " -> " + hex(to);
}

void check_change(const std::string& name, std::uint32_t from, std::uint32_t to,
                  const ChangesExpectation& expected, const board::Board& board,
                  Failures& failures) {
  const auto wanted = expected.exactly.find(name);
  if (wanted == expected.exactly.end()) {
    if (from != to) failures.push_back({name, "no change", change_text(from, to), {}});
    return;
  }
  if (wanted->second.from == from && wanted->second.to == to) return;
  const stm32::FieldSpec* field = nullptr;
  const stm32::RegisterSpec* spec = model::find_register(board.model().chip, name, field);
  failures.push_back({name, change_text(wanted->second.from, wanted->second.to),
                      change_text(from, to), compare_fields(*spec, wanted->second.to, to)});
}

void check_changes(const ChangesExpectation& expected, const board::Board& board,
                   Failures& failures) {
  const board::Moment* from = board.find_moment(expected.from);
  const board::Moment* to = board.find_moment(expected.to);
  if (from == nullptr || to == nullptr) {
    failures.push_back({"changes",
                        "the moments " + expected.from + " and " + expected.to,
                        (from == nullptr ? expected.from : expected.to) + " has not been",
                        {}});
    return;
  }
  for (std::size_t i = 0; i < to->registers.values.size(); ++i) {
    const std::string& name = (*to->registers.names)[i];
    if (!is_looked_at(name, expected.blocks)) continue;
    check_change(name, from->registers.values[i], to->registers.values[i], expected, board,
                 failures);
  }
}

/// One that had to be ended, or that ended where it was not to.
Failure check_time(const RunTool& expectation, int exit_status) {
  const std::string number =
      std::to_string(static_cast<double>(expectation.timeout.count()) / 1000.0);
  const std::string seconds = number.substr(0, number.find('.') + 2) + " s";
  if (!expectation.times_out) {
    return {"time", "an end within " + seconds, "it was still running and was ended", {}};
  }
  return {"time",
          "no end within " + seconds,
          "it ended with exit status " + std::to_string(exit_status),
          {}};
}

void check_exit(const std::vector<int>& expected, int exit_status, Failures& failures) {
  if (expected.empty()) return;
  if (std::find(expected.begin(), expected.end(), exit_status) != expected.end()) return;
  std::vector<std::string> texts;
  for (const int it : expected) texts.push_back(std::to_string(it));
  failures.push_back({"exit status", join(texts, " or "), std::to_string(exit_status), {}});
}

}  // namespace

std::string field_text(const stm32::FieldSpec& field, std::uint32_t value) {
  const auto name = field.values.find(value);
  const std::string number =
      field.width > 4 ? hex(value, (field.width + 3) / 4) : std::to_string(value);
  return name == field.values.end() ? number : number + " (" + name->second + ")";
}

std::vector<std::string> compare_fields(const stm32::RegisterSpec& spec, std::uint32_t expected,
                                        std::uint32_t actual) {
  std::vector<std::string> lines;
  for (const stm32::FieldSpec& field : spec.fields) {
    if (field_of(field, expected) == field_of(field, actual)) continue;
    lines.push_back(field.name + ": expected " + field_text(field, field_of(field, expected)) +
                    ", found " + field_text(field, field_of(field, actual)));
  }
  return lines;
}

std::vector<Failure> check(const Expect& expect, const Observed& observed) {
  Failures failures;
  const board::Board& board = observed.board;
  check_text("phase", expect.phase, to_string(board.phase()), failures);
  if (expect.is_on_bus && *expect.is_on_bus != observed.is_on_bus) {
    failures.push_back(
        {"on_bus", on_bus_text(*expect.is_on_bus), on_bus_text(observed.is_on_bus), {}});
  }
  check_dfu(expect, board, failures);
  for (const RegisterValue& it : expect.registers) check_register(it, board, failures);
  for (const PinExpectation& it : expect.pins) check_pin(it, board, failures);
  for (const FlashExpectation& it : expect.flash) check_flash(it, board, failures);
  for (const auto& [address, bytes] : expect.option_bytes) {
    check_option_bytes(address, bytes, board, failures);
  }
  for (const FileExpectation& it : expect.files) check_file(it, observed.files, failures);
  if (expect.changes) check_changes(*expect.changes, board, failures);
  if (expect.transcript) check_transcript(*expect.transcript, observed.transfers, failures);
  for (const std::string& text : expect.not_emulated) {
    check_listed(text, observed.not_emulated, failures);
  }
  if (expect.elapsed && !expect.elapsed->contains(observed.elapsed)) {
    failures.push_back({"elapsed_ms",
                        range_text(*expect.elapsed, milliseconds_text),
                        milliseconds_text(observed.elapsed),
                        {}});
  }
  if (observed.ran.execution != nullptr) check_firmware(expect.firmware, observed.ran, failures);
  check_any(expect.any_of, observed, failures);
  return failures;
}

std::vector<Failure> check_tool(const RunTool& expectation, int exit_status, bool timed_out,
                                const std::string& output) {
  Failures failures;
  if (timed_out != expectation.times_out) {
    failures.push_back(check_time(expectation, exit_status));
  } else {
    check_exit(expectation.exit_status, exit_status, failures);
  }
  for (const std::string& text : expectation.output) {
    if (output.find(text) != std::string::npos) continue;
    failures.push_back({"output", "\"" + text + "\"", "it is not there", {}});
  }
  for (const std::string& text : expectation.output_lacks) {
    if (output.find(text) == std::string::npos) continue;
    failures.push_back({"output", "no \"" + text + "\"", "it is there", {}});
  }
  return failures;
}

}  // namespace dfurig::scenario
