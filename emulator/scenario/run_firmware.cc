#include "scenario/run_firmware.h"

#include <algorithm>

#include "scenario/in_words.h"
#include "support/hex.h"

namespace dfurig::scenario {
namespace {

// Fewer equal reads are no wait to speak of.
constexpr std::uint64_t long_poll_reads = 1000;

std::string goal_text(const RunFirmware& action) {
  const std::string within = ", within " + milliseconds_text(action.within);
  if (action.instructions) return std::to_string(*action.instructions) + " instructions" + within;
  if (action.symbol) return "until " + *action.symbol + within;
  if (action.until_rom) return "until the ROM has control" + within;
  if (action.pin) {
    return "until " + action.pin->name + " = " + (action.pin->level ? "1" : "0") + within;
  }
  return "for " + milliseconds_text(action.within);
}

bool is_in_flash(const FirmwareFile& firmware, const stm32::Flash& flash) {
  return std::ranges::all_of(firmware.content, [&](const Image& image) {
    const auto size = static_cast<std::uint32_t>(image.data.size());
    return std::ranges::equal(flash.view(image.address, size), image.data);
  });
}

/// "GPIOB read without its clock (PC 0x08000144)" and the name of that place.
std::string with_place(const std::string& what, const board::Symbols& symbols) {
  const std::string before = "(PC ";
  const std::size_t at = what.rfind(before);
  if (at == std::string::npos) return what;
  const auto pc = parse_number(what.substr(at + before.size(), 10));
  if (!pc || !symbols.find(*pc)) return what;
  const std::size_t end = at + before.size() + 10;
  return what.substr(0, end) + ", " + symbols.text(*pc) + what.substr(end);
}

}  // namespace

bool executes_firmware(const Scenario& scenario, std::size_t board) {
  return !scenario.boards[board].given.firmware.empty() ||
         std::ranges::any_of(scenario.steps, [&](const Step& step) {
           return step.board == board && std::holds_alternative<RunFirmware>(step.action);
         });
}

std::string find_core_refusal(const model::Model& model) {
  const std::string what = "firmware of a " + model.name + " is not executed: ";
  if (!model.core_spec) return what + model.core_not_executed;
  return model.chip.clocks.empty() ? what + "its clock tree is not known" : "";
}

void FirmwareRun::start(std::size_t traced_instructions) {
  execution_ = std::make_unique<board::Execution>(
      board_, cpu::make_core(setup_.model.core_spec.value(), board_.chip()));
  execution_->keep_trace(traced_instructions);
}

/// A download may have put another image where the names of the first were.
board::Symbols FirmwareRun::symbols_in_flash() const {
  board::Symbols symbols;
  for (const FirmwareFile& it : setup_.given.firmware) {
    if (is_in_flash(it, board_.chip().flash())) symbols.add(it.symbols);
  }
  return symbols;
}

void FirmwareRun::run(const RunFirmware& action, Instant now, StepResult& result) {
  const std::string goal = goal_text(action);
  result.what = "run firmware " + goal;
  execution_->use_symbols(symbols_in_flash());
  board::RunGoal run;
  run.instructions = action.instructions;
  run.until_rom = action.until_rom;
  run.within = action.within;
  if (action.pin) run.pin = action.pin->name, run.level = action.pin->level;
  if (action.symbol) {
    run.address = execution_->symbols().find_address(*action.symbol);
    if (!run.address) {
      result.failures.push_back({*action.symbol, "firmware with it", "it is not in flash now", {}});
      return;
    }
  }
  last_ = execution_->run(run, now);
  const std::vector<std::string>& trace = execution_->trace();
  trace_.insert(trace_.end(), trace.begin(), trace.end());
  result.confirmed.push_back("firmware ran " + milliseconds_text(last_.lasted) + ", " +
                             std::to_string(last_.cycles) + " cycles: " + last_.sentence);
  const bool has_condition = action.pin || action.symbol || action.until_rom;
  if (has_condition && !last_.is_goal_reached) {
    result.failures.push_back({"firmware", goal, last_.sentence, {}});
  }
}

void FirmwareRun::tell(BoardReport& report) const {
  if (!execution_) return;
  report.pins = pin_timelines(board_.chip().pin_changes());
  const std::uint64_t unseen =
      board_.chip().pin_change_count() - board_.chip().pin_changes().size();
  if (unseen > 0) report.pins.push_back("and " + std::to_string(unseen) + " changes more");
  for (const auto& [block, bytes] : board_.chip().transmitted()) {
    report.sent.push_back(block + "  " + printable(bytes));
  }
  report.trace = trace_;
  const std::optional<cpu::Poll> poll = execution_->core().longest_poll();
  if (poll && poll->reads >= long_poll_reads) {
    report.longest_poll =
        std::to_string(poll->reads) + " equal reads, " + execution_->poll_sentence(*poll);
  }
  for (std::string& what : report.not_emulated) what = with_place(what, execution_->symbols());
  for (const auto& [what, count] : execution_->core().not_emulated()) {
    report.not_emulated.push_back(with_place(what, execution_->symbols()) + " ×" +
                                  std::to_string(count));
  }
}

}  // namespace dfurig::scenario
