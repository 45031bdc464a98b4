#include "windows/find_control.h"

#include <algorithm>

#include "windows/window_requests.h"

namespace dfurig::windows {
namespace {

std::string where(const Wanted& wanted) {
  std::string text;
  if (!wanted.in.empty()) text += " in \"" + wanted.in + "\"";
  if (!wanted.of_text.empty()) text += " in a window with the text \"" + wanted.of_text + "\"";
  return text;
}

std::string list_of(const std::vector<Found>& found) {
  std::string text;
  for (const Found& it : found) text += "\n" + describe(*it.control);
  return text;
}

bool is_usable(const Found& it) {
  return it.control->is_enabled && it.window->is_enabled;
}

}  // namespace

bool is_named(const Control& control, const std::string& in) {
  return in.empty() || in == "#" + std::to_string(control.id) || control.text == in ||
         control.label == in || std::ranges::find(control.groups, in) != control.groups.end();
}

Found find_control(const Screen& screen, const Wanted& wanted) {
  std::vector<Found> found;
  for (const Window& window : screen) {
    if (!wanted.of_text.empty() && !shows(window, wanted.of_text)) continue;
    for (const Control& control : window.controls) {
      if (wanted.is_it(control) && is_named(control, wanted.in)) {
        found.push_back({&window, &control});
      }
    }
  }
  if (found.empty()) throw NotDone("there is no " + wanted.what + where(wanted));
  std::vector<Found> usable;
  std::ranges::copy_if(found, std::back_inserter(usable), is_usable);
  if (usable.size() == 1) return usable.front();
  if (usable.size() > 1) {
    throw NotDone(wanted.what + where(wanted) + " is there " + std::to_string(usable.size()) +
                  " times; \"in\" says which:" + list_of(usable));
  }
  if (!found.front().control->is_enabled) throw NotDone(wanted.what + " is disabled");
  throw NotDone("the window of " + wanted.what + " is disabled: another one wants an answer");
}

}  // namespace dfurig::windows
