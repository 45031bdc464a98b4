// Wine as it is installed here, and what it is started with.
#pragma once

#include <string>
#include <vector>

namespace dfurig::wine {

struct Installation {
  std::string wine;        ///< the loader's path
  std::string wineserver;  ///< ends a prefix's processes
};

/// Throws NotHere with what to install.
Installation find_wine();
/// The path of the X server without a screen. Throws NotHere.
std::string find_xvfb();

/// "NAME=value" for every Wine process of a prefix: this process's environment with what Wine
/// needs.
std::vector<std::string> wine_environment(const std::string& prefix);

/// What installs a Wine that runs 32-bit programs.
extern const char* const how_to_install_32_bit;

}  // namespace dfurig::wine
