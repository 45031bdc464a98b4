// A Wine prefix that belongs to one run at a time.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "attach/descriptor.h"
#include "wine/pe_file.h"

namespace dfurig::wine {

/// Runs a Wine program with these arguments to its end and returns its exit status.
using RunWine = std::function<int(const std::vector<std::string>& arguments)>;

class Prefix {
 public:
  /// Makes the folder when it is not there, and locks it; waits so long for another run that has
  /// it. Throws InputError: another run uses it, it is no prefix, it cannot be made.
  Prefix(const std::string& path, std::chrono::seconds patience);

  const std::string& path() const { return path_; }
  std::string drive_c() const { return path_ + "/drive_c"; }
  /// False: `make` has to be called before a program can run.
  bool is_made() const;
  /// What a making that was cut off left is made anew. `end` ends Wine, which writes its registry
  /// then: what kind of prefix this is stands there.
  void make(const RunWine& run, const std::function<void()>& end) const;

  /// Throws InputError or NotHere unless programs for this machine run in it.
  void check_machine(const std::string& program, std::uint16_t machine, const RunWine& run) const;
  /// Throws NotHere when a DLL is missing that the program or a DLL in its folder imports.
  void check_imports(const std::string& program, std::uint16_t machine) const;

 private:
  bool is_32_bit() const;
  std::string system_folder(std::uint16_t machine) const;

  std::string path_;
  attach::Descriptor lock_;
};

}  // namespace dfurig::wine
