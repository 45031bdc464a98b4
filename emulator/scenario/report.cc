#include "scenario/report.h"

#include <algorithm>
#include <iomanip>
#include <sstream>

#include "dfu/transfer_text.h"
#include "scenario/in_words.h"
#include "scenario/register_diff.h"

namespace dfurig::scenario {
namespace {

constexpr std::size_t last_transfers = 12;

std::string coloured(const std::string& text, const char* code, const Style& style) {
  return style.colour ? std::string("\033[") + code + "m" + text + "\033[0m" : text;
}

std::string verdict(const Report& report, const Style& style) {
  return report.has_passed() ? coloured("PASS", "32", style) : coloured("FAIL", "31", style);
}

std::string seconds(Duration duration) {
  std::ostringstream text;
  text << std::fixed << std::setprecision(2) << std::chrono::duration<double>(duration).count()
       << " s";
  return text.str();
}

/// A progress bar rewrites its line with carriage returns: what stays visible is the last.
std::string visible_line(const std::string& line) {
  const std::size_t end = line.find_last_not_of('\r');
  if (end == std::string::npos) return "";
  const std::size_t start = line.rfind('\r', end);
  return line.substr(start == std::string::npos ? 0 : start + 1,
                     end - (start == std::string::npos ? 0 : start + 1) + 1);
}

void print_indented(std::ostream& out, const std::string& text, const char* prefix) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const std::string visible = visible_line(line);
    if (!visible.empty()) out << prefix << visible << "\n";
  }
}

void print_policy(std::ostream& out, const char* when, const model::RegisterPolicy& policy) {
  out << "  " << when << " policy " << policy.name << " [" << to_string(policy.mark)
      << "]: " << policy.summary << "\n      " << policy.source << "\n";
}

void print_steps(std::ostream& out, const Report& report) {
  for (const StepResult& step : report.steps) {
    if (step.is_tool) {
      out << "\n$ " << step.what << "\n";
      print_indented(out, step.output, "  | ");
      out << "  exit status " << step.exit_status << (step.timed_out ? ", timed out" : "") << "\n";
    }
    for (const std::string& line : step.confirmed) out << "\n" << line << "\n";
  }
}

/// As a shell takes it; the name of a table's row has brackets.
std::string as_argument(const std::string& name) {
  return name.find_first_of(" []'") == std::string::npos ? name : "\"" + name + "\"";
}

void print_last_transfers(std::ostream& out, const BoardReport& board, bool is_one_of_several) {
  const std::size_t count = std::min(last_transfers, board.transfers.size());
  if (count == 0) return;
  out << "  the last transfers" << (is_one_of_several ? " of " + board.busid : "") << ":\n";
  for (std::size_t i = board.transfers.size() - count; i < board.transfers.size(); ++i) {
    out << "    " << dfu::describe(board.transfers[i]) << "\n";
  }
}

void print_failures(std::ostream& out, const Report& report, const Style& style) {
  if (!report.fails_with.empty()) {
    out << "\nit is known to fail with \"" << report.fails_with << "\", "
        << (report.has_passed()     ? "and does"
            : report.has_failures() ? "and fails otherwise"
                                    : "and does not fail any more")
        << "\n";
  }
  if (!report.broken_off.empty()) {
    out << "\n" << coloured("FAILED", "31", style) << ": " << report.broken_off << "\n";
  }
  for (const StepResult& step : report.steps) {
    if (step.failures.empty()) continue;
    out << "\n"
        << coloured("FAILED", "31", style) << " at " << step.place << " (" << step.what << ")\n";
    for (const Failure& failure : step.failures) print_failure(out, failure);
  }
  for (const BoardReport& board : report.boards) {
    print_last_transfers(out, board, report.boards.size() > 1);
  }
  out << "  again: dfurig run " << as_argument(report.file);
  if (report.seed) out << " --seed " << report.seed->of_run;
  out << "\n";
}

void print_lines(std::ostream& out, const char* title, const std::vector<std::string>& lines) {
  if (lines.empty()) return;
  out << "\n" << title << "\n";
  for (const std::string& line : lines) out << "  " << line << "\n";
}

void print_setup(std::ostream& out, const BoardReport& board) {
  for (const std::string& setting : board.overrides) out << "  override " << setting << "\n";
  if (!board.bootloader.empty()) out << "  bootloader in flash: " << board.bootloader << "\n";
  if (board.variant) {
    out << "  variant " << board.variant->name << " [" << to_string(board.variant->mark)
        << "]: " << board.variant->summary << "\n      " << board.variant->source << "\n";
  }
  print_policy(out, "entry", board.entry_policy);
  print_policy(out, "leave", board.leave_policy);
}

void print_events(std::ostream& out, const std::vector<board::Event>& events) {
  out << "\nwhat happened\n";
  for (const board::Event& event : events) {
    out << "  " << std::setw(9) << std::right << seconds(event.at) << "  " << event.what;
    if (event.device_time) out << " [device time " << milliseconds_text(*event.device_time) << "]";
    out << "\n";
  }
}

void print_life(std::ostream& out, const BoardReport& board) {
  if (!board.transfers.empty()) print_lines(out, "USB", board.usb_summary);
  print_events(out, board.events);
  print_lines(out, "faults that struck", board.strikes);
  print_lines(out, "pins, in device time", board.pins);
  print_lines(out, "sent", board.sent);
  if (!board.longest_poll.empty()) {
    print_lines(out, "the longest wait for a register", {board.longest_poll});
  }
  print_lines(out, "instructions", board.trace);
  if (board.moments.size() > 1) out << "\nregisters that changed\n";
  print_register_diff(out, board.moments, board.chip);
  for (const std::string& what : board.not_emulated) out << "not emulated: " << what << "\n";
}

}  // namespace

void print_failure(std::ostream& out, const Failure& failure) {
  out << "    " << failure.what << "\n      expected " << failure.expected << "\n      found    "
      << failure.actual << "\n";
  for (const std::string& detail : failure.details) out << "        " << detail << "\n";
}

void print_story(std::ostream& out, const Report& report) {
  out << report.title << "\n  " << report.file << "\n";
  const bool is_alone = report.boards.size() == 1;
  for (const BoardReport& board : report.boards) {
    out << "  " << (is_alone ? "" : board.busid + " ") << "model " << board.model << "\n";
  }
  if (report.seed) {
    out << "  seed " << report.seed->of_run << ", of this scenario " << report.seed->of_scenario
        << "\n";
  }
  if (!report.broken_off.empty()) return;
  if (is_alone) print_setup(out, report.boards.front());
  print_steps(out, report);
  for (const BoardReport& board : report.boards) {
    if (!is_alone) out << "\n--- " << board.busid << ", " << board.model << " ---\n";
    if (!is_alone) print_setup(out, board);
    print_life(out, board);
  }
}

bool Report::has_failures() const {
  return std::ranges::any_of(steps, [](const StepResult& step) { return !step.failures.empty(); });
}

bool Report::has_passed() const {
  if (!broken_off.empty() || !not_run.empty()) return false;
  if (fails_with.empty()) return !has_failures();
  return std::ranges::any_of(steps, [this](const StepResult& step) {
    return std::ranges::any_of(step.failures, [this](const Failure& it) {
      return (it.what + ": expected " + it.expected + ", found " + it.actual).find(fails_with) !=
             std::string::npos;
    });
  });
}

void print_report(std::ostream& out, const Report& report, const Style& style) {
  if (!report.not_run.empty()) {
    out << coloured("NOT RUN", "33", style) << "  " << report.file << "  " << report.title << "\n";
    print_indented(out, report.not_run, "  ");
    return;
  }
  if (style.verbose || !report.has_passed()) {
    print_story(out, report);
    if (!report.has_passed() || report.has_failures()) print_failures(out, report, style);
    out << "\n";
  }
  out << verdict(report, style) << "  " << report.file << "  " << report.title << "  ("
      << seconds(report.duration) << ")\n";
}

}  // namespace dfurig::scenario
