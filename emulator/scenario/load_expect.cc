#include "scenario/load_expect.h"

#include <cmath>

#include "fault/request_watcher.h"
#include "scenario/expect_transcript.h"
#include "scenario/load_faults.h"
#include "scenario/load_firmware.h"
#include "scenario/load_given.h"
#include "support/hex.h"

namespace dfurig::scenario {
namespace {

const std::vector<std::string> moments = {"power_on", "before_entry", "in_dfu", "after_leave",
                                          "running"};

std::vector<std::string> with(std::vector<std::string> keys, const std::vector<std::string>& more) {
  keys.insert(keys.end(), more.begin(), more.end());
  return keys;
}

PinExpectation read_pin(const std::string& pin, const model::Reader& reader,
                        const stm32::ChipSpec& chip) {
  check_pin(reader, chip, pin);
  reader.allow_only(with({"mode", "type", "pull", "output", "level"}, pin_times_keys()));
  PinExpectation expectation{pin, {}};
  const auto named = [&](const char* key, const char* register_name,
                         const std::vector<std::string>& names) {
    if (const auto value = reader.find(key)) {
      expectation.registers[register_name] = static_cast<std::uint32_t>(value->choice(names));
    }
  };
  named("mode", "MODER", {"input", "output", "alternate", "analog"});
  named("type", "OTYPER", {"push-pull", "open-drain"});
  named("pull", "PUPDR", {"none", "up", "down"});
  if (const auto output = reader.find("output")) expectation.registers["ODR"] = output->number(1);
  if (const auto level = reader.find("level")) expectation.registers["IDR"] = level->number(1);
  return expectation;
}

/// "0x00000000 -> 0xFFFFFFFF"
ChangesExpectation::Change read_change(const model::Reader& reader) {
  const std::string text = reader.text();
  const std::size_t arrow = text.find(" -> ");
  const auto from = parse_number(text.substr(0, arrow));
  const auto to = arrow == std::string::npos ? std::nullopt : parse_number(text.substr(arrow + 4));
  if (!from || !to) reader.fail("expected \"0x00000000 -> 0x00000001\", found \"" + text + "\"");
  return {*from, *to};
}

ChangesExpectation read_changes(const model::Reader& reader, const stm32::ChipSpec& chip) {
  reader.allow_only({"from", "to", "blocks", "exactly"});
  ChangesExpectation changes;
  reader.at("from").choice(moments);
  reader.at("to").choice(moments);
  changes.from = reader.at("from").text();
  changes.to = reader.at("to").text();
  std::vector<std::string> known;
  for (const stm32::BlockSpec& block : chip.blocks) known.push_back(block.name);
  if (const auto blocks = reader.find("blocks")) {
    for (const model::Reader& item : blocks->items()) {
      item.choice(known);
      changes.blocks.push_back(item.text());
    }
  }
  for (const auto& [name, change] : reader.at("exactly").members()) {
    changes.exactly[read_register_name(change, chip, name)] = read_change(change);
  }
  return changes;
}

Range<std::uint32_t> read_count(const model::Reader& reader) {
  if (!reader.is_object()) {
    const std::uint32_t count = reader.number();
    return {count, count};
  }
  reader.allow_only({"at_least", "at_most"});
  Range<std::uint32_t> range;
  if (const auto least = reader.find("at_least")) range.from = least->number();
  if (const auto most = reader.find("at_most")) range.to = most->number();
  return range;
}

TranscriptExpectation read_transcript(const model::Reader& reader, const Files& files) {
  reader.allow_only({"sent", "order"});
  TranscriptExpectation transcript;
  if (const auto sent = reader.find("sent")) {
    for (const model::Reader& item : sent->items()) {
      transcript.sent.push_back(read_transfer(item, files, true));
    }
  }
  if (const auto order = reader.find("order")) {
    for (const model::Reader& item : order->items()) {
      transcript.order.push_back(read_transfer(item, files, false));
    }
  }
  return transcript;
}

Range<Duration> read_elapsed(const model::Reader& reader) {
  reader.allow_only({"from", "to"});
  const auto duration = [&](const char* key) -> std::optional<Duration> {
    const auto value = reader.find(key);
    if (!value) return std::nullopt;
    if (!(value->real() >= 0)) value->fail("expected milliseconds from 0 on");
    return Duration(std::llround(value->real() * 1e6));
  };
  return {duration("from"), duration("to")};
}

std::vector<FileExpectation> read_file_expectations(const model::Reader& reader,
                                                    const Files& files) {
  std::vector<FileExpectation> expectations;
  for (const auto& [name, content] : reader.members()) {
    FileExpectation it;
    it.name = name;
    it.content = files.read_piece(content, it.what).data;
    expectations.push_back(std::move(it));
  }
  return expectations;
}

void read_device(const model::Reader& reader, Expect& expect) {
  if (const auto phase = reader.find("phase")) {
    phase->choice({"off", "application", "bootloader", "stuck"});
    expect.phase = phase->text();
  }
  if (const auto is_on_bus = reader.find("on_bus")) expect.is_on_bus = is_on_bus->boolean();
  if (const auto state = reader.find("dfu_state")) {
    state->choice(state_names());
    expect.dfu_state = state->text();
  }
  if (const auto status = reader.find("dfu_status")) {
    status->choice(status_names());
    expect.dfu_status = status->text();
  }
  if (const auto pointer = reader.find("address_pointer")) {
    expect.address_pointer = pointer->number();
  }
}

void read_memory(const model::Reader& reader, const model::Model& model, const Files& files,
                 Expect& expect) {
  if (const auto flash = reader.find("flash")) {
    for (const model::Reader& item : flash->items()) {
      std::string what;
      for (Image& image : read_flash_content(item, files, model.chip.flash, what)) {
        expect.flash.push_back({std::move(image), what});
      }
    }
  }
  if (const auto options = reader.find("option_bytes")) {
    expect.option_bytes = read_option_bytes(*options, model);
  }
  if (const auto made = reader.find("files")) expect.files = read_file_expectations(*made, files);
}

void read_registers(const model::Reader& reader, const model::Model& model, Expect& expect) {
  if (const auto registers = reader.find("registers")) {
    for (const auto& [name, value] : registers->members()) {
      expect.registers.push_back({read_register_name(value, model.chip, name), value.number()});
    }
  }
  if (const auto pins = reader.find("pins")) {
    for (const auto& [name, value] : pins->members()) {
      expect.pins.push_back(read_pin(name, value, model.chip));
    }
  }
  if (const auto changes = reader.find("changes")) {
    expect.changes = read_changes(*changes, model.chip);
  }
}

std::vector<std::string> expectation_keys() {
  return with(
      {"phase", "on_bus", "dfu_state", "dfu_status", "address_pointer", "registers", "pins",
       "flash", "option_bytes", "changes", "transcript", "files", "not_emulated", "elapsed_ms"},
      firmware_keys());
}

/// Without alternatives.
Expect read_one(const model::Reader& reader, const BoardSetup& board, const Files& files) {
  Expect expect;
  read_device(reader, expect);
  read_registers(reader, board.model, expect);
  read_memory(reader, board.model, files, expect);
  if (const auto it = reader.find("transcript")) expect.transcript = read_transcript(*it, files);
  if (const auto it = reader.find("elapsed_ms")) expect.elapsed = read_elapsed(*it);
  if (const auto it = reader.find("not_emulated")) {
    expect.not_emulated = it->texts();
  }
  expect.firmware = read_firmware_expectation(reader, board.model, board.given.firmware);
  return expect;
}

}  // namespace

TransferExpectation read_transfer(const model::Reader& reader, const Files& files, bool has_count) {
  reader.allow_only(with(request_keys(), has_count ? std::vector<std::string>{"reply", "count"}
                                                   : std::vector<std::string>{"reply"}));
  TransferExpectation transfer;
  transfer.place = reader.place();
  transfer.what = read_request_condition(reader, files);
  if (const auto reply = reader.find("reply")) {
    reply->choice(reply_names());
    transfer.reply = reply->text();
  }
  if (const auto count = reader.find("count")) transfer.count = read_count(*count);
  return transfer;
}

Expect read_expect(const model::Reader& reader, const BoardSetup& board, const Files& files) {
  reader.allow_only(with(expectation_keys(), {"any_of"}));
  Expect expect = read_one(reader, board, files);
  if (const auto it = reader.find("any_of")) {
    for (const model::Reader& item : it->items()) {
      item.allow_only(expectation_keys());
      expect.any_of.push_back(read_one(item, board, files));
    }
  }
  return expect;
}

}  // namespace dfurig::scenario
