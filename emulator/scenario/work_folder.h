// The folder a run's files are in.
#pragma once

#include <map>
#include <string>

#include "scenario/files.h"

namespace dfurig::scenario {

/// Gone with all that is in it when this goes.
class WorkFolder {
 public:
  /// Makes it in the system's place for temporary files, with `files` in it. Throws InputError.
  explicit WorkFolder(const std::map<std::string, MadeFile>& files);
  ~WorkFolder();
  WorkFolder(const WorkFolder&) = delete;
  WorkFolder& operator=(const WorkFolder&) = delete;

  const std::string& path() const { return path_; }
  /// `text` with the folder in place of each ${files}.
  std::string expand(const std::string& text) const;

 private:
  std::string path_;
};

}  // namespace dfurig::scenario
