#include "windows/file_dialog.h"

#include <algorithm>

#include "windows/ask_window.h"
#include "windows/utf8.h"
#include "windows/window_requests.h"

namespace dfurig::windows {
namespace {

// dlgs.h: the edit and the combo boxes that take the name.
constexpr int name_edit = 0x0480, name_combo = 0x0470, name_combo_ex = 0x047C;

/// Where the name is typed into; null: this is no such dialog.
const Control* find_name(const Window& window) {
  const Control* inside_combo = nullptr;
  for (const Control& it : window.controls) {
    const bool is_edit = it.kind == "edit";
    if (is_edit && it.id == name_edit) return &it;
    const HWND parent = GetParent(it.handle);
    const int id_of_parent = GetDlgCtrlID(parent);
    const bool is_in_combo = id_of_parent == name_combo || id_of_parent == name_combo_ex ||
                             GetDlgCtrlID(GetParent(parent)) == name_combo_ex;
    if (is_edit && is_in_combo) inside_combo = &it;
  }
  return inside_combo;
}

const Control* find_ok(const Window& window) {
  const auto found = std::ranges::find_if(
      window.controls, [](const Control& it) { return it.id == IDOK && it.kind == "push button"; });
  return found == window.controls.end() ? nullptr : &*found;
}

}  // namespace

HWND answer_file_dialog(const Screen& screen, const std::string& path) {
  for (const Window& window : screen) {
    const Control* name = find_name(window);
    const Control* ok = find_ok(window);
    if (name == nullptr || ok == nullptr || !window.is_enabled) continue;
    const std::wstring text = from_utf8(path);
    ask_window(name->handle, WM_SETTEXT, 0, reinterpret_cast<LPARAM>(text.c_str()));
    PostMessageW(ok->handle, BM_CLICK, 0, 0);
    return window.handle;
  }
  throw NotDone("there is no dialog that asks for a file");
}

}  // namespace dfurig::windows
