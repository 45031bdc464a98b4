// Bytes that a scenario describes instead of naming a file, and files made of them for a run.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "model/reader.h"
#include "scenario/dfu_file.h"
#include "scenario/image.h"
#include "stm32/spec.h"

namespace dfurig::scenario {

/// A file that is there while the scenario runs, in ${files}.
struct MadeFile {
  Bytes bytes;
  std::vector<Image> images;  ///< what a tool writes where; at 0 for a file that does not say
};

/// What a scenario's files are made of, and where others are found.
class Files {
 public:
  explicit Files(std::string scenario_file) : scenario_file_(std::move(scenario_file)) {}

  const std::string& scenario_file() const { return scenario_file_; }
  /// { "app.bin": { … }, "app.dfu": { … } }. Throws InputError.
  void read(const model::Reader& reader);
  const std::map<std::string, MadeFile>& made() const { return made_; }

  /// { "bytes": … }, { "fill": …, "size": … }, { "pattern": …, "size": … } or { "file": … }, each
  /// with "at"; a file that says its addresses itself needs none. `what` says it in words.
  std::vector<Image> read_content(const model::Reader& reader, std::string& what) const;
  /// The same where there is room for one piece only.
  Image read_piece(const model::Reader& reader, std::string& what) const;
  /// Of a file named by `reader`, made or not.
  std::size_t size_of(const model::Reader& reader) const;

 private:
  std::vector<Image> read_file(const model::Reader& reader, std::string& what) const;
  MadeFile make_binary(const model::Reader& reader) const;
  MadeFile make_dfuse(const model::Reader& reader) const;
  MadeFile make_hex(const model::Reader& reader) const;
  std::vector<Image> read_elements(const model::Reader& reader) const;

  std::string scenario_file_;
  std::map<std::string, MadeFile> made_;
};

/// A path of the scenario: relative to the scenario's file.
std::string resolve_path(const std::string& path, const std::string& scenario_file);

}  // namespace dfurig::scenario
