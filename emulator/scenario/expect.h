// Compares a board with what a scenario expects.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "board/board.h"
#include "board/execution.h"
#include "scenario/scenario.h"

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

/// Everything in `expect` that does not hold.
std::vector<Failure> check(const Expect& expect, const board::Board& board, const Ran& ran = {});

/// What a tool's end must be. `output` is both streams.
std::vector<Failure> check_tool(const RunTool& expectation, int exit_status, bool timed_out,
                                const std::string& output);

/// "MODE7: expected 1 (output), found 3 (analog)" for each field that differs.
std::vector<std::string> compare_fields(const stm32::RegisterSpec& spec, std::uint32_t expected,
                                        std::uint32_t actual);

}  // namespace dfurig::scenario
