#include "wine/prefix.h"

#include <fcntl.h>
#include <sys/file.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <set>
#include <thread>

#include "support/input_error.h"
#include "wine/installation.h"
#include "wine/not_here.h"

namespace dfurig::wine {
namespace {

namespace fs = std::filesystem;

constexpr const char* lock_name = ".dfurig-lock";
/// There while the prefix is being made.
constexpr const char* unfinished_name = ".dfurig-unfinished";

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char it) { return static_cast<char>(std::tolower(it)); });
  return text;
}

std::set<std::string> names_in(const fs::path& folder) {
  std::set<std::string> names;
  std::error_code error;
  for (const auto& it : fs::directory_iterator(folder, error)) {
    names.insert(lower(it.path().filename().string()));
  }
  return names;
}

bool is_dll_or_program(const std::string& name) {
  return name.ends_with(".dll") || name.ends_with(".exe");
}

/// A run that was killed is still being cleaned up for a moment.
attach::Descriptor lock(const std::string& path, std::chrono::seconds patience) {
  const auto end = std::chrono::steady_clock::now() + patience;
  attach::Descriptor file(
      open((path + "/" + lock_name).c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!file.is_open()) {
    throw InputError(path, "cannot be used as a Wine prefix: " + std::string(strerror(errno)));
  }
  while (flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
    if (std::chrono::steady_clock::now() >= end) {
      throw InputError(path, "another run of dfurig uses this prefix",
                       "wait for its end, or name another folder");
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  return file;
}

/// Which of Microsoft's runtimes a DLL comes with, as winetricks calls them; empty: none.
std::string runtime_of(const std::string& dll) {
  static const std::pair<const char*, const char*> runtimes[] = {
      {"42", "mfc42"},      {"71", "vcrun2003"},  {"80", "vcrun2005"},  {"90", "vcrun2008"},
      {"100", "vcrun2010"}, {"110", "vcrun2012"}, {"120", "vcrun2013"}, {"140", "vcrun2022"}};
  const bool is_microsofts = dll.starts_with("mfc") || dll.starts_with("msvc") ||
                             dll.starts_with("vcruntime") || dll.starts_with("concrt");
  if (!is_microsofts) return "";
  const std::size_t begin = dll.find_first_of("0123456789");
  const std::size_t end = dll.find_first_not_of("0123456789", begin);
  for (const auto& [version, name] : runtimes) {
    if (begin != std::string::npos && dll.substr(begin, end - begin) == version) return name;
  }
  return "";
}

}  // namespace

Prefix::Prefix(const std::string& path, std::chrono::seconds patience) {
  std::error_code error;
  path_ = fs::absolute(path, error).lexically_normal().string();
  while (path_.size() > 1 && path_.back() == '/') path_.pop_back();
  fs::create_directories(path_, error);
  if (error) throw InputError(path, "cannot be made: " + error.message());
  std::set<std::string> names = names_in(path_);
  const bool is_prefix = names.contains("system.reg") || names.contains(unfinished_name);
  names.erase(lock_name);
  if (!names.empty() && !is_prefix) {
    throw InputError(path, "is not empty and no Wine prefix (it has no system.reg)",
                     "name a new folder, and it will be made");
  }
  lock_ = lock(path_, patience);
}

bool Prefix::is_made() const {
  return fs::exists(path_ + "/system.reg") && !fs::exists(path_ + "/" + unfinished_name);
}

void Prefix::make(const RunWine& run, const std::function<void()>& end) const {
  for (const auto& it : fs::directory_iterator(path_)) {
    if (it.path().filename() != lock_name) fs::remove_all(it.path());
  }
  const std::string unfinished = path_ + "/" + unfinished_name;
  std::ofstream(unfinished).close();
  const int status = run({"wineboot", "--init"});
  end();
  if (status != 0 || !fs::exists(path_ + "/system.reg")) {
    throw InputError(
        path_,
        "Wine cannot make this prefix (wineboot's exit status " + std::to_string(status) + ")",
        "see why: WINEDEBUG= WINEPREFIX=" + path_ + " wine wineboot --init");
  }
  fs::remove(unfinished);
}

/// The second line of its registry says so when it is.
bool Prefix::is_32_bit() const {
  std::ifstream registry(path_ + "/system.reg");
  for (std::string line; std::getline(registry, line) && !line.starts_with("[");) {
    if (line.starts_with("#arch=win32")) return true;
  }
  return false;
}

std::string Prefix::system_folder(std::uint16_t machine) const {
  const bool is_wow64 = machine == machine_i386 && !is_32_bit();
  return drive_c() + "/windows/" + (is_wow64 ? "syswow64" : "system32");
}

void Prefix::check_machine(const std::string& program, std::uint16_t machine,
                           const RunWine& run) const {
  if (machine == machine_x86_64 && is_32_bit()) {
    throw InputError(program, "is a 64-bit program, and " + path_ + " is a 32-bit prefix",
                     "name another folder for --wine");
  }
  const std::string ntdll = system_folder(machine) + "/ntdll.dll";
  if (machine != machine_i386 || fs::exists(ntdll)) return;
  run({"wineboot", "--update"});  // the 32-bit half may have been installed since
  if (fs::exists(ntdll)) return;
  throw NotHere(InputError(program,
                           "is a 32-bit program, and the Wine installed here runs 64-bit ones only",
                           std::string("install Wine's 32-bit half. ") + how_to_install_32_bit));
}

void Prefix::check_imports(const std::string& program, std::uint16_t machine) const {
  const fs::path folder = fs::path(program).parent_path();
  const std::set<std::string> known = names_in(system_folder(machine));
  std::set<std::string> beside = names_in(folder);
  beside.insert("sttubedevice30.dll");
  std::vector<std::string> to_do = {fs::path(program).filename().string()};
  std::set<std::string> done = {lower(to_do[0]), "sttubedevice30.dll"};
  while (!to_do.empty()) {
    const std::string name = to_do.back();
    to_do.pop_back();
    for (const std::string& import : load_pe_file((folder / name).string()).imports) {
      const std::string dll = lower(import);
      if (!is_dll_or_program(dll) || !done.insert(dll).second) continue;
      if (beside.contains(dll)) {
        for (const auto& it : fs::directory_iterator(folder)) {
          const std::string file = it.path().filename().string();
          if (lower(file) == dll) to_do.push_back(file);
        }
        continue;
      }
      if (known.contains(dll) || dll.starts_with("api-ms-") || dll.starts_with("ext-ms-")) continue;
      const std::string runtime = runtime_of(dll);
      const std::string what = runtime.empty()
                                   ? std::string("copy it into the program's folder")
                                   : "it is of Microsoft's C++ runtime: WINEPREFIX=" + path_ +
                                         " winetricks " + runtime +
                                         "\n  or copy it into the program's folder";
      throw NotHere(InputError(
          program, name + " needs " + import + ", which is neither beside it nor part of Wine",
          what));
    }
  }
}

}  // namespace dfurig::wine
