#include "windows/labels.h"

#include <algorithm>
#include <climits>

namespace dfurig::windows {
namespace {

bool contains(const RECT& outer, const RECT& inner) {
  return outer.left <= inner.left && outer.top <= inner.top && inner.right <= outer.right &&
         inner.bottom <= outer.bottom;
}

/// How far to the left of `control`, in its line; INT_MAX: it is not.
int left_distance(const RECT& text, const RECT& control) {
  const bool is_in_line = text.top < control.bottom && control.top < text.bottom;
  const bool is_left = text.left < control.left;
  return is_in_line && is_left ? static_cast<int>(std::abs(control.left - text.right)) : INT_MAX;
}

/// How far above it; INT_MAX: it is not, or further than a line.
int distance_above(const RECT& text, const RECT& control) {
  const bool is_over = text.left < control.right && control.left < text.right;
  const LONG distance = control.top - text.bottom;
  const LONG line = text.bottom - text.top;
  return is_over && distance > -line && distance < line ? static_cast<int>(std::abs(distance))
                                                        : INT_MAX;
}

template <typename Distance>
std::string nearest(const std::vector<Control>& controls, const Control& it, Distance distance) {
  int best = INT_MAX;
  std::string label;
  for (const Control& text : controls) {
    const bool is_label = text.kind == "text" && !text.text.empty() && text.groups == it.groups;
    const int away = is_label ? distance(text.place, it.place) : INT_MAX;
    if (away >= best) continue;
    best = away;
    label = text.text;
  }
  return label;
}

}  // namespace

void find_labels(std::vector<Control>& controls) {
  for (Control& it : controls) {
    for (const Control& box : controls) {
      const bool is_around = box.kind == "group box" && box.handle != it.handle &&
                             contains(box.place, it.place) && !box.text.empty();
      if (is_around) it.groups.push_back(box.text);
    }
  }
  for (Control& it : controls) {
    const bool has_own = it.kind == "text" || it.kind == "group box" ||
                         it.kind.ends_with("button") || it.kind == "check box";
    if (has_own && !it.text.empty()) continue;
    it.label = nearest(controls, it, left_distance);
    if (it.label.empty()) it.label = nearest(controls, it, distance_above);
  }
}

}  // namespace dfurig::windows
