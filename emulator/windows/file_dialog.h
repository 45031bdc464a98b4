// The dialogs that ask for a file (comdlg32's GetOpenFileName and IFileDialog).
#pragma once

#include <string>

#include "windows/screen.h"

namespace dfurig::windows {

/// Gives the dialog on the screen the name of a file and presses its Open or Save. Returns it.
/// Throws NotDone: there is none.
HWND answer_file_dialog(const Screen& screen, const std::string& path);

}  // namespace dfurig::windows
