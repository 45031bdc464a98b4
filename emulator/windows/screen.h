// What a user sees: the windows of this Wine session, and the controls in them as text.
#pragma once

#include <windows.h>

#include <optional>
#include <string>
#include <vector>

#include "windows/item_list.h"

namespace dfurig::windows {

struct Control {
  HWND handle = nullptr;
  std::string kind;  ///< "push button", "combo box", …; else its class
  int id = 0;        ///< in its dialog
  RECT place{};
  std::string text;                 ///< without the & of its key
  std::string label;                ///< the text beside or above it, for what has none of its own
  std::vector<std::string> groups;  ///< titles of the group boxes it is in
  bool is_enabled = true;
  std::optional<bool> is_checked;
  ListKind list = ListKind::None;
  ItemList items;
  std::optional<int> percent;  ///< of a progress bar
};

struct Window {
  HWND handle = nullptr;
  std::string title;
  std::string program;            ///< "DfuSeDemo.exe"
  bool is_enabled = true;         ///< false: a window in front of it wants to be answered first
  bool answers = true;            ///< false: its program is busy, and its texts are not known
  std::vector<Control> controls;  ///< those that are visible, in their order
};

using Screen = std::vector<Window>;

/// All windows that are visible, the last that was in front first; not Wine's own desktop.
Screen look();

/// A line for each window and, indented, for each of its controls.
std::vector<std::string> describe(const Screen& screen);
std::string describe(const Control& control);

/// Whether the text is in the window's title, or in a text or item of a control.
bool shows(const Window& window, const std::string& text);
bool shows(const Screen& screen, const std::string& text);

}  // namespace dfurig::windows
