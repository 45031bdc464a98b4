// The part of /sys and /dev that the tool sees and the machine does not have: real files in a
// private folder, reached under their virtual names.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "support/temporary_folder.h"

namespace dfurig::attach {

class VirtualTree {
 public:
  /// Makes the folder, empty.
  VirtualTree();

  // Paths are virtual and absolute: "/sys/bus/usb/devices". Parents are made as needed.
  void add_folder(const std::string& path);
  void add_file(const std::string& path, const std::string& content);
  void add_link(const std::string& path, const std::string& target);
  void remove(const std::string& path);

  /// True for what this tree answers, whether it exists there or not: the machine's own is hidden.
  static bool covers(const std::string& path);
  struct Resolved {
    std::string path;
    /// The tree answers for it or for something on the way to it: the kernel would go astray.
    bool is_ours = false;
  };
  /// `path`, which is absolute, without ".", "..", double slashes and links of this tree; the last
  /// of them stays unless it is followed.
  Resolved resolve(const std::string& path, bool follows_last) const;
  /// Where a virtual path really is.
  std::string real_path(const std::string& path) const { return root_.path() + path; }
  /// The virtual name of a file of this tree; absent for any other file.
  std::optional<std::string> virtual_path(const std::string& real) const;

  /// A symbolic link cannot be opened and handed over (the kernel refuses O_PATH descriptors):
  /// an empty file stands in for it.
  std::string stand_in_for(const std::string& link) const;
  /// The link a stand-in is for.
  std::optional<std::string> link_behind(const std::string& real) const;

 private:
  enum class Kind { Folder, File, Link };
  struct Entry {
    Kind kind;
    std::string target;  ///< of a link
  };
  const Entry* find(const std::string& path) const;
  void remove_below(const std::string& path);

  TemporaryFolder root_;
  std::map<std::string, Entry> entries_;  ///< by virtual path
};

}  // namespace dfurig::attach
