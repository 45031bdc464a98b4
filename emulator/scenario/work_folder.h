// The folder a run's files are in.
#pragma once

#include <map>
#include <string>

#include "scenario/files.h"
#include "support/temporary_folder.h"

namespace dfurig::scenario {

/// Gone with all that is in it when this goes.
class WorkFolder {
 public:
  /// Makes it in the system's place for temporary files, with `files` in it. Throws InputError.
  explicit WorkFolder(const std::map<std::string, MadeFile>& files);

  const std::string& path() const { return folder_.path(); }
  /// `text` with the folder in place of each ${files}.
  std::string expand(const std::string& text) const;

 private:
  TemporaryFolder folder_;
};

}  // namespace dfurig::scenario
