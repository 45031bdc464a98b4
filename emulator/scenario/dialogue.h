// A scenario that is told while it happens: what there is first, then step by step, in JSON.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "scenario/bench.h"
#include "scenario/files.h"

namespace dfurig::scenario {

/// Each line is a JSON object, and so is the answer to it (scenarios/README.md, "Step by step").
class Dialogue {
 public:
  /// `library` must outlive it.
  Dialogue(const model::Library& library, const RunOptions& options);

  /// Does what a line says, or answers what it asks. What is wrong with it is in the answer.
  std::string answer(const std::string& line);

 private:
  model::Json take(const std::string& line);
  model::Json begin(model::Json head);
  model::Json perform(const model::Reader& reader);
  model::Json respond(const model::Reader& question);

  const model::Library& library_;
  RunOptions options_;
  Scenario scenario_;
  Files files_;
  std::optional<Bench> bench_;  ///< once it has begun
};

}  // namespace dfurig::scenario
