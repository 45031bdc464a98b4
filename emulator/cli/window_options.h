// What programs in Wine need, as options and as this installation has it.
#pragma once

#include <string>

#include "cli/options.h"
#include "scenario/window.h"

namespace dfurig::cli {

/// Holds windows-i686/ and windows-x86_64/: beside the build of this program, or where it is
/// installed, or where DFURIG_WINDOWS says.
std::string find_windows_folder();

/// --wine, --screenshots
void add_window_options(CommandLine& line);
/// Of these options; without --wine the prefix is what DFURIG_WINE says.
scenario::WindowSettings read_window_settings(const boost::program_options::variables_map& values);

}  // namespace dfurig::cli
