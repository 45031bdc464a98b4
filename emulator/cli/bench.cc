#include "cli/bench.h"

#include <sstream>

#include "cli/options.h"
#include "support/input_error.h"
#include "support/join.h"

namespace dfurig::cli {
namespace {

constexpr const char* usage =
    "reset [BUSID] presses reset, power [BUSID] switches off and on, pin [BUSID] BOOT0=0 sets a "
    "boot pin for the next reset";

}  // namespace

std::pair<std::string, unsigned> parse_boot_pin(const std::string& verb, const std::string& text) {
  const std::size_t equals = text.find('=');
  const std::string level = equals == std::string::npos ? "" : text.substr(equals + 1);
  if (level != "0" && level != "1") {
    throw UsageError(verb + " " + text + ": expected NAME=0 or NAME=1, such as BOOT0=1");
  }
  return {text.substr(0, equals), level == "1" ? 1u : 0u};
}

void set_boot_pin(board::Board& board, const std::string& name, unsigned level) {
  if (board.set_boot_pin(name, level)) return;
  const auto& pins = board.model().boot_pins;
  throw InputError(board.model().name, "no boot pin \"" + name + "\"",
                   did_you_mean(name, pins, "it has: " + join(pins, ", ")));
}

std::string Bench::perform(const std::string& line, Instant now) {
  std::istringstream words(line);
  std::string verb, busid, rest;
  words >> verb >> busid >> rest;
  if (verb.empty()) return "";
  if (busid.find('-') == std::string::npos && boards_.size() == 1) {
    rest = busid;
    busid = exports_.all().front()->busid;
  }
  try {
    return act(verb, busid, rest, now);
  } catch (const std::exception& error) {
    return error.what();
  }
}

std::string Bench::act(const std::string& verb, const std::string& busid, const std::string& rest,
                       Instant now) {
  if (verb != "reset" && verb != "power" && verb != "pin") return usage;
  board::Board* board = find_board(busid);
  if (board == nullptr) return "no device \"" + busid + "\"; " + usage;
  if (verb == "pin") {
    const auto [name, level] = parse_boot_pin(verb, rest);
    set_boot_pin(*board, name, level);
    return busid + ": " + rest + " at the next reset";
  }
  if (verb == "reset") board->reset(now, stm32::ResetCause::Pin);
  if (verb == "power") board->power_on(now);
  return busid + ": " + state_of(*board);
}

board::Board* Bench::find_board(const std::string& busid) {
  for (std::size_t i = 0; i < boards_.size(); ++i) {
    if (exports_.all()[i]->busid == busid) return &boards_[i];
  }
  return nullptr;
}

std::string Bench::state_of(const board::Board& board) const {
  return board.events().empty() ? "" : board.events().back().what;
}

}  // namespace dfurig::cli
