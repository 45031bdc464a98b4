// A picture of the whole screen.
#pragma once

#include <string>

namespace dfurig::windows {

/// Writes a PNG file. Throws NotDone: the screen shows nothing (Wine without a display), or the
/// file cannot be written.
void save_screen_picture(const std::string& path);

}  // namespace dfurig::windows
