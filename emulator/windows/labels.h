// Which text names a control that has none itself, from where things are in a window.
#pragma once

#include <vector>

#include "windows/screen.h"

namespace dfurig::windows {

/// Fills in the labels and groups of controls. A label is the text in the same line to the left of
/// the control, or else the one above it.
void find_labels(std::vector<Control>& controls);

}  // namespace dfurig::windows
