#include "attach/program.h"

#include <elf.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>

#include "support/input_error.h"

namespace dfurig::attach {
namespace {

std::string machine_name(unsigned e_machine) {
  switch (e_machine) {
    case EM_X86_64:
      return "x32";
    case EM_386:
      return "i386";
    case EM_AARCH64:
      return "aarch64";
    case EM_ARM:
      return "arm";
    default:
      return "ELF machine " + std::to_string(e_machine);
  }
}

}  // namespace

std::string find_program(const std::string& name, const std::string& working_directory) {
  if (name.find('/') != std::string::npos) {
    const bool is_relative = name.front() != '/' && !working_directory.empty();
    const std::string path = is_relative ? working_directory + "/" + name : name;
    if (access(path.c_str(), X_OK) == 0) return path;
    throw InputError(name, "cannot be run: " + std::string(std::strerror(errno)));
  }
  const char* path = std::getenv("PATH");
  std::istringstream folders(path == nullptr ? "/usr/local/bin:/usr/bin:/bin" : path);
  for (std::string folder; std::getline(folders, folder, ':');) {
    const std::string candidate = (folder.empty() ? "." : folder) + "/" + name;
    if (access(candidate.c_str(), X_OK) == 0) return candidate;
  }
  throw InputError(name, "not found in PATH",
                   "is it installed? (Debian: apt-get install " + name + ")");
}

std::string foreign_architecture(ByteView beginning) {
  constexpr std::size_t e_machine_offset = 18;
  const bool is_elf = beginning.size() >= e_machine_offset + 2 &&
                      std::memcmp(beginning.data(), ELFMAG, SELFMAG) == 0;
  if (!is_elf) return "";
  const unsigned e_machine = beginning[e_machine_offset] + beginning[e_machine_offset + 1] * 256u;
  const bool is_x86_64 = e_machine == EM_X86_64 && beginning[EI_CLASS] == ELFCLASS64;
  return is_x86_64 ? "" : machine_name(e_machine);
}

void check_architecture(const std::string& path) {
  std::array<char, 64> head{};
  std::ifstream(path, std::ios::binary).read(head.data(), head.size());
  const std::string architecture = foreign_architecture(Bytes(head.begin(), head.end()));
  if (architecture.empty()) return;
  throw InputError(path, "is a program for " + architecture + "; only x86_64 programs can be run",
                   "use the tool built for x86_64, or dfurig serve and the kernel's client");
}

}  // namespace dfurig::attach
