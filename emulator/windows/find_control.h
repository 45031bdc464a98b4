// The one control that a request is about.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "windows/screen.h"

namespace dfurig::windows {

/// A control on a screen that was looked at, with its window.
struct Found {
  const Window* window = nullptr;
  const Control* control = nullptr;
};

struct Wanted {
  std::string what;  ///< "button \"Leave DFU mode\"": for messages
  std::function<bool(const Control&)> is_it;
  std::string in;       ///< a text, label, group box or #number; empty: anywhere
  std::string of_text;  ///< the window has this text, too; empty: any window
};

/// Whether `in` names the control, or where it is.
bool is_named(const Control& control, const std::string& in);

/// The only one that is wanted. Of several those are taken that can be used now: enabled, in an
/// enabled window. Throws NotDone: there is none, there are several, it is disabled.
Found find_control(const Screen& screen, const Wanted& wanted);

}  // namespace dfurig::windows
