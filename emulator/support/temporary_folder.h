// A folder for as long as something lasts.
#pragma once

#include <string>

namespace dfurig {

/// Gone with all that is in it when this goes. What a process that was killed has left goes when
/// the next one is made beside it.
class TemporaryFolder {
 public:
  /// Makes it in `parent`, empty. Throws InputError when it cannot.
  explicit TemporaryFolder(const std::string& parent);
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  /// As the kernel names it in /proc/PID/fd.
  const std::string& path() const { return path_; }

 private:
  std::string path_;
  int lock_ = -1;  ///< held while the owner lives
};

}  // namespace dfurig
