// Compares a board with what a scenario expects.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "board/board.h"
#include "board/execution.h"
#include "scenario/scenario.h"
#include "usb/transcript.h"

namespace dfurig::scenario {

/// One thing that is not as expected.
struct Failure {
  std::string what;  ///< "GPIOB.MODER"
  std::string expected;
  std::string actual;
  std::vector<std::string> details;  ///< by field, by byte
  bool operator==(const Failure&) const = default;
};

/// What firmware has done; null where none is executed.
struct Ran {
  const board::Execution* execution = nullptr;
  board::Ending last;                         ///< of the last run
  std::map<std::string, std::string> sent{};  ///< by serial peripheral
};

/// What there is to see at one moment of a run.
struct Observed {
  const board::Board& board;
  Ran ran;
  bool is_on_bus = false;
  const std::vector<usb::Transfer>& transfers;
  std::string files;  ///< the folder that ${files} stands for
  std::vector<std::string> not_emulated;
  Duration elapsed{};  ///< device time of the last tool
};

/// Everything in `expect` that does not hold.
std::vector<Failure> check(const Expect& expect, const Observed& observed);

/// What a tool's end must be. `output` is both streams.
std::vector<Failure> check_tool(const RunTool& expectation, int exit_status, bool timed_out,
                                const std::string& output);

/// A field's value as manuals say it: "1 (output)".
std::string field_text(const stm32::FieldSpec& field, std::uint32_t value);

/// "MODE7: expected 1 (output), found 3 (analog)" for each field that differs.
std::vector<std::string> compare_fields(const stm32::RegisterSpec& spec, std::uint32_t expected,
                                        std::uint32_t actual);

}  // namespace dfurig::scenario
