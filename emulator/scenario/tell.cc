#include "scenario/tell.h"

#include <algorithm>

#include "dfu/transfer_text.h"
#include "fault/request_watcher.h"
#include "model/load_policies.h"
#include "scenario/expect_transcript.h"
#include "scenario/load_expect.h"
#include "scenario/load_given.h"
#include "scenario/transcript_summary.h"
#include "support/hex.h"

namespace dfurig::scenario {
namespace {

using model::Json;
using model::Reader;

double milliseconds(Instant instant) {
  return std::chrono::duration<double, std::milli>(instant).count();
}

Json state_of(const Rig& rig, Instant now) {
  const board::Board& board = rig.board();
  Json state = {{"phase", to_string(board.phase())},
                {"on_bus", rig.is_on_bus()},
                {"now_ms", milliseconds(now)},
                {"dfu_state", nullptr},
                {"dfu_status", nullptr},
                {"address_pointer", nullptr},
                {"entry_policy", board.entry_policy().name},
                {"leave_policy", board.leave_policy().name},
                {"not_emulated", rig.not_emulated()}};
  if (const dfu::Bootloader* bootloader = board.bootloader()) {
    state["dfu_state"] = dfu::to_string(bootloader->state());
    state["dfu_status"] = dfu::to_string(bootloader->status());
    state["address_pointer"] = bootloader->address_pointer();
  }
  return state;
}

/// The registers now, or at the moment asked for.
stm32::Snapshot snapshot_for(const Reader& question, const board::Board& board) {
  const auto wanted = question.find("moment");
  if (!wanted) return board.chip().snapshot();
  if (const board::Moment* moment = board.find_moment(wanted->text())) return moment->registers;
  std::string known;
  for (const board::Moment& it : board.moments()) known += (known.empty() ? "" : ", ") + it.name;
  wanted->fail("the moment \"" + wanted->text() + "\" has not been",
               known.empty() ? "" : "these have: " + known);
}

std::uint32_t value_of(const stm32::Snapshot& snapshot, const std::string& name) {
  const auto found = std::ranges::find(*snapshot.names, name);
  return found == snapshot.names->end()
             ? 0
             : snapshot.values[static_cast<std::size_t>(found - snapshot.names->begin())];
}

/// A register's or field's name in a question, and what the chip knows of it.
struct Named {
  Named(const Reader& reader, const stm32::ChipSpec& chip)
      : name(read_register_name(reader, chip, reader.text())),
        spec(model::find_register(chip, name, field)) {}

  std::string text(std::uint32_t value) const {
    return field == nullptr ? hex(value) : field_text(*field, value);
  }

  std::string name;
  const stm32::FieldSpec* field = nullptr;
  const stm32::RegisterSpec* spec;
};

Json register_for(const Reader& question, const board::Board& board) {
  const Named named(question.at("register"), board.model().chip);
  const stm32::Snapshot snapshot = snapshot_for(question, board);
  std::uint32_t value = 0;
  if (named.field == nullptr) {
    value = value_of(snapshot, named.name);
  } else {
    const std::string name = named.name.substr(0, named.name.rfind('.'));
    value = (value_of(snapshot, name) & stm32::field_mask(*named.field)) >> named.field->lsb;
  }
  return {{"value", value}, {"text", named.text(value)}};
}

Json registers_for(const Reader& question, const board::Board& board) {
  const stm32::Snapshot snapshot = snapshot_for(question, board);
  Json values = Json::object();
  for (std::size_t i = 0; i < snapshot.values.size(); ++i) {
    values[(*snapshot.names)[i]] = snapshot.values[i];
  }
  return {{"registers", values}};
}

/// In the words of a failed expectation.
Json difference_for(const Reader& question, const board::Board& board) {
  const Named named(question.at("register"), board.model().chip);
  const std::uint32_t expected = question.at("expected").number();
  const std::uint32_t found = question.at("found").number();
  Json lines = Json::array();
  if (named.field == nullptr) lines = compare_fields(*named.spec, expected, found);
  return {{"expected", named.text(expected)}, {"found", named.text(found)}, {"details", lines}};
}

template <typename Memory>
Json bytes_for(const Reader& question, const Memory& memory, const std::string& what) {
  const std::uint32_t at = question.at("at").number();
  const std::uint32_t size = question.at("size").number();
  if (!memory.contains(at, size)) {
    question.fail(std::to_string(size) + " bytes at " + hex(at) + " are not all in " + what);
  }
  return {{"bytes", hex_bytes(memory.view(at, size))}};
}

Json transcript_for(const Reader& question, const Rig& rig, const Files& files) {
  TransferExpectation wanted;
  if (const auto of = question.find("of")) wanted = read_transfer(*of, files, false);
  Json transfers = Json::array();
  walk(rig.transfers(), [&](const fault::RequestWatcher& watcher, const usb::Transfer& it) {
    if (!is_what(wanted, watcher, it)) return;
    Json transfer = {{"text", dfu::describe(it)},
                     {"at_ms", milliseconds(it.started)},
                     {"request", dfu::name_of(it.setup)},
                     {"operation", watcher.operation()},
                     {"address", nullptr},
                     {"bmRequestType", it.setup.bmRequestType},
                     {"bRequest", it.setup.bRequest},
                     {"wValue", it.setup.wValue},
                     {"wIndex", it.setup.wIndex},
                     {"wLength", it.setup.wLength},
                     {"data", hex_bytes(it.data)},
                     {"reply", reply_name(it.reply)}};
    if (watcher.address()) transfer["address"] = *watcher.address();
    transfers.push_back(std::move(transfer));
  });
  return {{"transfers", transfers}, {"summary", rig.report().usb_summary}};
}

Json moments_of(const board::Board& board) {
  Json moments = Json::array();
  for (const board::Moment& it : board.moments()) {
    moments.push_back({{"name", it.name}, {"at_ms", milliseconds(it.at)}});
  }
  return {{"moments", moments}};
}

Json events_of(const board::Board& board) {
  Json events = Json::array();
  for (const board::Event& it : board.events()) {
    events.push_back({{"at_ms", milliseconds(it.at)}, {"what", it.what}});
  }
  return {{"events", events}};
}

/// The keys of a question beside "tell" and "device".
std::vector<std::string> keys_of(const std::string& what) {
  if (what == "register") return {"register", "moment"};
  if (what == "registers") return {"moment"};
  if (what == "transcript") return {"of"};
  if (what == "difference") return {"register", "expected", "found"};
  if (what == "flash" || what == "option_bytes") return {"at", "size"};
  return {};
}

}  // namespace

const std::vector<std::string>& questions() {
  static const std::vector<std::string> names = {
      "state",      "register", "registers", "difference", "flash", "option_bytes",
      "transcript", "moments",  "events",    "missed",     "report"};
  return names;
}

Json tell(const Reader& question, const Rig& rig, const Files& files, Instant now) {
  question.at("tell").choice(questions());
  const std::string what = question.at("tell").text();
  std::vector<std::string> keys = keys_of(what);
  keys.insert(keys.end(), {"tell", "device"});
  question.allow_only(keys);
  const board::Board& board = rig.board();
  if (what == "register") return register_for(question, board);
  if (what == "registers") return registers_for(question, board);
  if (what == "difference") return difference_for(question, board);
  if (what == "flash") return bytes_for(question, board.chip().flash(), "flash");
  if (what == "option_bytes") {
    return bytes_for(question, board.chip().option_bytes(), "the option bytes");
  }
  if (what == "transcript") return transcript_for(question, rig, files);
  if (what == "moments") return moments_of(board);
  if (what == "events") return events_of(board);
  return state_of(rig, now);
}

}  // namespace dfurig::scenario
