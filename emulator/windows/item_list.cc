#include "windows/item_list.h"

#include <commctrl.h>

#include <algorithm>

#include "windows/ask_window.h"
#include "windows/utf8.h"

namespace dfurig::windows {
namespace {

constexpr std::size_t items_max = 200;
constexpr int columns_max = 20;
constexpr std::size_t length_max = 1024;

/// The messages of the two that hold plain text.
struct TextList {
  UINT count, chosen, length, text;
};
constexpr TextList combo_box = {CB_GETCOUNT, CB_GETCURSEL, CB_GETLBTEXTLEN, CB_GETLBTEXT};
constexpr TextList list_box = {LB_GETCOUNT, LB_GETCURSEL, LB_GETTEXTLEN, LB_GETTEXT};

bool has_style(HWND window, LONG style) {
  return (GetWindowLongW(window, GWL_STYLE) & style) != 0;
}

bool takes_several(HWND list) {
  return has_style(list, LBS_MULTIPLESEL | LBS_EXTENDEDSEL);
}

std::string text_at(HWND control, const TextList& list, std::size_t index) {
  const LRESULT length = ask_window(control, list.length, index).value_or(-1);
  if (length < 0) return "";
  std::wstring text(static_cast<std::size_t>(length) + length_max, 0);
  ask_window(control, list.text, index, reinterpret_cast<LPARAM>(text.data()));
  text.resize(std::min(text.find(L'\0'), text.size()));
  return to_utf8(text);
}

void read_texts(HWND control, const TextList& list, ItemList& result) {
  const LRESULT chosen = ask_window(control, list.chosen).value_or(-1);
  const bool is_multiple = &list == &list_box && takes_several(control);
  for (std::size_t i = 0; i < std::min(result.count, items_max); ++i) {
    const bool is_chosen = is_multiple ? ask_window_or_0(control, LB_GETSEL, i) > 0
                                       : static_cast<LRESULT>(i) == chosen;
    result.items.push_back({{text_at(control, list, i)}, is_chosen});
  }
}

/// LVM_GETITEMTEXTW and TCM_GETITEMW fill in a structure in the control's process.
template <typename Structure>
class StructureTexts {
 public:
  StructureTexts(HWND control, UINT message)
      : control_(control), message_(message), memory_(control, size) {}

  std::string text_at(std::size_t index, Structure item) const {
    item.pszText = reinterpret_cast<wchar_t*>(memory_.address() + sizeof item);
    item.cchTextMax = length_max;
    if (!memory_.write(&item, sizeof item)) return "";
    ask_window(control_, message_, index, memory_.as_lparam());
    // A control may point to a text of its own instead.
    if (!memory_.read(&item, sizeof item)) return "";
    const auto offset =
        static_cast<std::size_t>(reinterpret_cast<char*>(item.pszText) - memory_.address());
    std::wstring text(length_max, 0);
    const std::size_t bytes = length_max * sizeof(wchar_t);
    if (!memory_.read(text.data(), bytes, offset) &&
        !memory_.read(text.data(), bytes, sizeof item)) {
      return "";
    }
    text.resize(std::min(text.find(L'\0'), text.size()));
    return to_utf8(text);
  }

 private:
  static constexpr std::size_t size = sizeof(Structure) + length_max * sizeof(wchar_t);

  HWND control_;
  UINT message_;
  MemoryOfWindow memory_;
};

void read_rows(HWND list, ItemList& result) {
  const auto header = reinterpret_cast<HWND>(ask_window_or_0(list, LVM_GETHEADER));
  const bool has_columns = (GetWindowLongW(list, GWL_STYLE) & LVS_TYPEMASK) == LVS_REPORT;
  int columns = has_columns && header != nullptr
                    ? static_cast<int>(ask_window_or_0(header, HDM_GETITEMCOUNT))
                    : 1;
  columns = std::clamp(columns, 1, columns_max);
  const StructureTexts<LVITEMW> texts(list, LVM_GETITEMTEXTW);
  for (std::size_t i = 0; i < std::min(result.count, items_max); ++i) {
    Item row;
    for (int column = 0; column < columns; ++column) {
      LVITEMW wanted{};
      wanted.mask = LVIF_TEXT;
      wanted.iSubItem = column;
      row.cells.push_back(texts.text_at(i, wanted));
    }
    row.is_chosen =
        (ask_window_or_0(list, LVM_GETITEMSTATE, i, LVIS_SELECTED) & LVIS_SELECTED) != 0;
    result.items.push_back(std::move(row));
  }
}

void read_tabs(HWND tabs, ItemList& result) {
  const LRESULT chosen = ask_window(tabs, TCM_GETCURSEL).value_or(-1);
  const StructureTexts<TCITEMW> texts(tabs, TCM_GETITEMW);
  for (std::size_t i = 0; i < std::min(result.count, items_max); ++i) {
    TCITEMW wanted{};
    wanted.mask = TCIF_TEXT;
    result.items.push_back({{texts.text_at(i, wanted)}, static_cast<LRESULT>(i) == chosen});
  }
}

/// Posted: what the program does then may open a message box and not return before it is answered.
bool tell_parent(HWND control, UINT notification) {
  const auto id = static_cast<WORD>(GetDlgCtrlID(control));
  return PostMessageW(GetParent(control), WM_COMMAND, MAKEWPARAM(id, notification),
                      reinterpret_cast<LPARAM>(control));
}

bool set_row_state(HWND list, WPARAM index, UINT state, UINT mask) {
  LVITEMW item{};
  item.stateMask = mask;
  item.state = state;
  const MemoryOfWindow memory(list, sizeof item);
  return memory.write(&item, sizeof item) &&
         ask_window_or_0(list, LVM_SETITEMSTATE, index, memory.as_lparam()) != 0;
}

/// The control itself tells its parent, as it does when it is clicked.
bool choose_row(HWND list, std::size_t index) {
  constexpr auto all = static_cast<WPARAM>(-1);
  constexpr UINT chosen = LVIS_SELECTED | LVIS_FOCUSED;
  set_row_state(list, all, 0, LVIS_SELECTED);
  ask_window(list, LVM_ENSUREVISIBLE, index, FALSE);
  return set_row_state(list, index, chosen, chosen);
}

bool choose_in_list_box(HWND list, std::size_t index) {
  const bool is_multiple = takes_several(list);
  if (is_multiple) ask_window(list, LB_SETSEL, FALSE, -1);
  const auto done = is_multiple ? ask_window(list, LB_SETSEL, TRUE, static_cast<LPARAM>(index))
                                : ask_window(list, LB_SETCURSEL, index);
  return done && *done != LB_ERR && tell_parent(list, LBN_SELCHANGE);
}

}  // namespace

ItemList read_items(HWND control, ListKind kind) {
  constexpr UINT counts[] = {0, CB_GETCOUNT, LB_GETCOUNT, LVM_GETITEMCOUNT, TCM_GETITEMCOUNT};
  ItemList result;
  if (kind == ListKind::None) return result;
  const LRESULT count = ask_window_or_0(control, counts[static_cast<int>(kind)]);
  result.count = static_cast<std::size_t>(std::max<LRESULT>(0, count));
  if (kind == ListKind::ComboBox) read_texts(control, combo_box, result);
  if (kind == ListKind::ListBox) read_texts(control, list_box, result);
  if (kind == ListKind::ListView) read_rows(control, result);
  if (kind == ListKind::Tabs) read_tabs(control, result);
  return result;
}

bool choose_item(HWND control, ListKind kind, std::size_t index) {
  if (kind == ListKind::ListView) return choose_row(control, index);
  if (kind == ListKind::ListBox) return choose_in_list_box(control, index);
  if (kind == ListKind::ComboBox) {
    const auto done = ask_window(control, CB_SETCURSEL, index);
    return done && *done != CB_ERR && tell_parent(control, CBN_SELENDOK) &&
           tell_parent(control, CBN_SELCHANGE);
  }
  return ask_window(control, TCM_SETCURFOCUS, index).has_value();
}

}  // namespace dfurig::windows
