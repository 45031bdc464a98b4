// What is in a combo box, list box, list view or tab: reading it, and choosing from it.
#pragma once

#include <windows.h>

#include <string>
#include <vector>

namespace dfurig::windows {

/// A row of a list view has a text for each column; all else has one text.
struct Item {
  std::vector<std::string> cells;
  bool is_chosen = false;
};

struct ItemList {
  std::vector<Item> items;  ///< the first 200
  std::size_t count = 0;    ///< of all
};

enum class ListKind { None, ComboBox, ListBox, ListView, Tabs };

ItemList read_items(HWND control, ListKind kind);

/// As a user does: those chosen before are no more, and the control's parent is told. Returns
/// false when the control does not answer.
bool choose_item(HWND control, ListKind kind, std::size_t index);

}  // namespace dfurig::windows
