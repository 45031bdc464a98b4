#include "wine/installation.h"

#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <sstream>

#include "wine/not_here.h"

namespace dfurig::wine {
namespace {

/// Empty: it is not in PATH.
std::string find_in_path(const char* name) {
  const char* path = std::getenv("PATH");
  std::istringstream folders(path == nullptr ? "/usr/local/bin:/usr/bin:/bin" : path);
  for (std::string folder; std::getline(folders, folder, ':');) {
    const std::string candidate = (folder.empty() ? "." : folder) + "/" + name;
    if (access(candidate.c_str(), X_OK) == 0) return candidate;
  }
  return "";
}

bool is_set_in(const std::string& entry, const std::vector<std::string>& replaced) {
  for (const std::string& it : replaced) {
    const std::size_t name_length = it.find('=') + 1;
    if (entry.compare(0, name_length, it, 0, name_length) == 0) return true;
  }
  return false;
}

/// No offers to install Mono and Gecko, no entries in the desktop's menus.
std::string dll_overrides() {
  const char* given = std::getenv("WINEDLLOVERRIDES");
  const std::string ours = "mscoree,mshtml=;winemenubuilder.exe=d";
  return given == nullptr || *given == 0 ? ours : ours + ";" + given;
}

}  // namespace

const char* const how_to_install_32_bit =
    "Debian: dpkg --add-architecture i386 && apt-get update && apt-get install wine wine32:i386";

Installation find_wine() {
  Installation found{find_in_path("wine"), find_in_path("wineserver")};
  if (found.wine.empty()) found.wine = find_in_path("wine64");
  if (!found.wine.empty() && !found.wineserver.empty()) return found;
  throw NotHere(InputError(
      found.wine.empty() ? "wine" : "wineserver", "not found in PATH",
      std::string("install Wine. For 64-bit programs, Debian: apt-get install wine wine64\n"
                  "  for 32-bit programs, such as ST's: ") +
          how_to_install_32_bit));
}

std::string find_xvfb() {
  const std::string found = find_in_path("Xvfb");
  if (!found.empty()) return found;
  throw NotHere(InputError("Xvfb", "not found in PATH: windows need a screen",
                           "install it. Debian: apt-get install xvfb"));
}

std::vector<std::string> wine_environment(const std::string& prefix) {
  std::vector<std::string> environment = {"WINEPREFIX=" + prefix,
                                          "WINEDLLOVERRIDES=" + dll_overrides()};
  // Wine's remarks about itself are not the program's.
  if (std::getenv("WINEDEBUG") == nullptr) environment.push_back("WINEDEBUG=-all");
  const std::vector<std::string> replaced = environment;
  for (char** it = environ; *it != nullptr; ++it) {
    if (!is_set_in(*it, replaced)) environment.push_back(*it);
  }
  return environment;
}

}  // namespace dfurig::wine
