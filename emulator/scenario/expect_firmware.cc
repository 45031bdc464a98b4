#include "scenario/expect_firmware.h"

#include <algorithm>
#include <sstream>

#include "scenario/in_words.h"
#include "support/hex.h"
#include "support/join.h"

namespace dfurig::scenario {
namespace {

using Failures = std::vector<Failure>;

std::string fault_text(const FaultExpectation& fault) {
  std::string text = join(fault.names, " ");
  if (text.empty()) text = "a fault";
  return fault.symbol.empty() ? text : text + " in " + fault.symbol;
}

bool has_word(const std::string& text, const std::string& wanted) {
  std::istringstream words(text);
  for (std::string word; words >> word;) {
    if (word == wanted) return true;
  }
  return false;
}

bool is_as(const FaultExpectation& wanted, const board::TakenFault& fault) {
  const std::string names = fault.names();
  const bool has_names =
      std::ranges::all_of(wanted.names, [&](const auto& name) { return has_word(names, name); });
  return has_names && (wanted.symbol.empty() || wanted.symbol == fault.symbol);
}

void check_fault(const std::string& what, const FaultExpectation& wanted,
                 const board::TakenFault* fault, Failures& failures) {
  if (fault != nullptr && is_as(wanted, *fault)) return;
  failures.push_back({what, fault_text(wanted), fault == nullptr ? "no fault" : fault->text(), {}});
}

void check_stop(const FirmwareExpectation& expect, const Ran& ran, Failures& failures) {
  const std::string stopped = to_string(ran.last.stopped);
  if (expect.stopped && *expect.stopped != stopped) {
    failures.push_back({"stopped", *expect.stopped, stopped, {ran.last.sentence}});
  }
  const std::string& text = expect.stopped_text;
  if (!text.empty() && ran.last.sentence.find(text) == std::string::npos) {
    failures.push_back({"stopped_text", "\"" + text + "\" in the sentence", ran.last.sentence, {}});
  }
  if (!expect.pc_in) return;
  const std::optional<board::Place> place = ran.execution->symbols().find(ran.execution->pc());
  if (place && place->name == *expect.pc_in) return;
  failures.push_back(
      {"pc_in", *expect.pc_in, ran.execution->symbols().text(ran.execution->pc()), {}});
}

}  // namespace

void check_faults(const std::vector<FaultExpectation>& all,
                  const std::vector<board::TakenFault>& taken, Failures& failures) {
  for (std::size_t i = 0; i < std::max(all.size(), taken.size()); ++i) {
    const std::string what = "faults, number " + std::to_string(i + 1);
    if (i >= all.size()) {
      failures.push_back({what, "no fault", taken[i].text(), {}});
      return;
    }
    check_fault(what, all[i], i < taken.size() ? &taken[i] : nullptr, failures);
  }
}

void check_pin_times(const PinTimesExpectation& expect,
                     const std::vector<stm32::PinChange>& changes, Failures& failures) {
  std::vector<Instant> times;
  for (const stm32::PinChange& it : changes) {
    if (it.pin == expect.pin) times.push_back(it.at);
  }
  const auto count = static_cast<std::uint32_t>(times.size());
  if (expect.toggles && !expect.toggles->contains(count)) {
    const auto text = [](std::uint32_t number) { return std::to_string(number); };
    failures.push_back(
        {expect.pin + " toggles", range_text(*expect.toggles, text), std::to_string(count), {}});
  }
  if (!expect.period) return;
  if (count < 3) {
    failures.push_back({expect.pin + " period",
                        range_text(*expect.period, milliseconds_text),
                        "no whole period in " + std::to_string(count) + " toggles",
                        {}});
  }
  // The level changes every time: two further on is the next edge of the same direction.
  for (std::size_t i = 2; i < times.size(); ++i) {
    const Duration period = times[i] - times[i - 2];
    if (expect.period->contains(period)) continue;
    failures.push_back({expect.pin + " period",
                        range_text(*expect.period, milliseconds_text),
                        milliseconds_text(period),
                        {"from " + milliseconds_text(times[i - 2]) + " on"}});
    return;
  }
}

void check_firmware(const FirmwareExpectation& expect, const Ran& ran, Failures& failures) {
  for (const PinTimesExpectation& it : expect.pins) {
    check_pin_times(it, ran.execution->pin_changes(), failures);
  }
  for (const auto& [block, text] : expect.usart) {
    const auto sent = ran.sent.find(block);
    const std::string found = sent == ran.sent.end() ? "" : sent->second;
    if (found.find(text) != std::string::npos) continue;
    failures.push_back({block,
                        "\"" + printable(text) + "\" among what it sent",
                        "\"" + printable(found) + "\"",
                        {}});
  }
  const std::vector<board::TakenFault>& taken = ran.execution->faults();
  if (expect.faults) check_faults(*expect.faults, taken, failures);
  if (expect.fault) {
    check_fault("fault", *expect.fault, taken.empty() ? nullptr : &taken.back(), failures);
  }
  check_stop(expect, ran, failures);
}

}  // namespace dfurig::scenario
