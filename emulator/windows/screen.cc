#include "windows/screen.h"

#include <commctrl.h>

#include <algorithm>
#include <array>

#include "support/join.h"
#include "windows/ask_window.h"
#include "windows/labels.h"
#include "windows/utf8.h"

namespace dfurig::windows {
namespace {

std::string class_of(HWND window) {
  std::array<wchar_t, 256> name{};
  const int length = GetClassNameW(window, name.data(), name.size());
  return to_utf8(std::wstring(name.data(), static_cast<std::size_t>(length)));
}

std::string program_of(HWND window) {
  DWORD id = 0;
  GetWindowThreadProcessId(window, &id);
  const HANDLE process = OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, FALSE, id);
  if (process == nullptr) return "";
  std::array<wchar_t, 1024> path{};
  DWORD length = path.size();
  QueryFullProcessImageNameW(process, 0, path.data(), &length);
  CloseHandle(process);
  const std::string text = to_utf8(path.data());
  return text.substr(text.rfind('\\') + 1);
}

/// Win32: "&Leave" shows an underlined L, "&&" an ampersand.
std::string without_key(const std::string& text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '&' && i + 1 < text.size()) ++i;
    result += text[i];
  }
  return result;
}

std::string button_kind(HWND button) {
  switch (GetWindowLongW(button, GWL_STYLE) & BS_TYPEMASK) {
    case BS_CHECKBOX:
    case BS_AUTOCHECKBOX:
    case BS_3STATE:
    case BS_AUTO3STATE:
      return "check box";
    case BS_RADIOBUTTON:
    case BS_AUTORADIOBUTTON:
      return "radio button";
    case BS_GROUPBOX:
      return "group box";
    default:
      return "push button";
  }
}

struct Kind {
  const char* class_name;
  const char* name;
  ListKind list;
};
constexpr Kind kinds[] = {
    {"Static", "text", ListKind::None},
    {"Edit", "edit", ListKind::None},
    {"ComboBox", "combo box", ListKind::ComboBox},
    {"ListBox", "list box", ListKind::ListBox},
    {"SysListView32", "list view", ListKind::ListView},
    {"SysTabControl32", "tabs", ListKind::Tabs},
    {"msctls_progress32", "progress bar", ListKind::None},
};

void read_kind(Control& control) {
  const std::string name = class_of(control.handle);
  control.kind = name;
  if (name == "Button") {
    control.kind = button_kind(control.handle);
    const bool has_mark = control.kind == "check box" || control.kind == "radio button";
    if (has_mark) control.is_checked = ask_window_or_0(control.handle, BM_GETCHECK) == BST_CHECKED;
  }
  for (const Kind& kind : kinds) {
    if (name != kind.class_name) continue;
    control.kind = kind.name;
    control.list = kind.list;
  }
}

std::optional<int> read_percent(HWND bar) {
  const LRESULT low = ask_window_or_0(bar, PBM_GETRANGE, TRUE);
  const LRESULT high = ask_window_or_0(bar, PBM_GETRANGE, FALSE);
  const LRESULT now = ask_window_or_0(bar, PBM_GETPOS);
  if (high <= low) return std::nullopt;
  return static_cast<int>((now - low) * 100 / (high - low));
}

Control read_control(HWND handle) {
  Control control;
  control.handle = handle;
  control.id = GetDlgCtrlID(handle);
  GetWindowRect(handle, &control.place);
  read_kind(control);
  const bool has_key = control.kind == "text" || class_of(handle) == "Button";
  const std::string text = text_of(handle);
  control.text = has_key ? without_key(text) : text;
  control.is_enabled = IsWindowEnabled(handle);
  control.items = read_items(handle, control.list);
  if (control.kind == "progress bar") control.percent = read_percent(handle);
  return control;
}

BOOL CALLBACK take_control(HWND handle, LPARAM controls) {
  const bool is_part_of_list = class_of(handle) == "SysHeader32";
  if (IsWindowVisible(handle) && !is_part_of_list) {
    reinterpret_cast<std::vector<Control>*>(controls)->push_back(read_control(handle));
  }
  return TRUE;
}

BOOL CALLBACK take_window(HWND handle, LPARAM screen) {
  if (!IsWindowVisible(handle)) return TRUE;
  Window window;
  window.handle = handle;
  window.program = program_of(handle);
  if (window.program == "explorer.exe") return TRUE;
  window.title = text_of(handle);
  window.is_enabled = IsWindowEnabled(handle);
  EnumChildWindows(handle, take_control, reinterpret_cast<LPARAM>(&window.controls));
  find_labels(window.controls);
  window.answers = !is_silent(handle);
  reinterpret_cast<Screen*>(screen)->push_back(std::move(window));
  return TRUE;
}

std::string quoted(const std::string& text) {
  return "\"" + text + "\"";
}

std::string describe(const Item& item) {
  return quoted(join(item.cells, " | ")) + (item.is_chosen ? " (chosen)" : "");
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

bool shows(const Control& control, const std::string& text) {
  if (has(control.text, text)) return true;
  return std::ranges::any_of(control.items.items, [&](const Item& item) {
    // What is in a closed combo box is not seen.
    const bool is_seen = control.list != ListKind::ComboBox || item.is_chosen;
    return is_seen &&
           (has(join(item.cells, " | "), text) ||
            std::ranges::any_of(item.cells, [&](const auto& it) { return has(it, text); }));
  });
}

}  // namespace

Screen look() {
  Screen screen;
  EnumWindows(take_window, reinterpret_cast<LPARAM>(&screen));
  return screen;
}

std::string describe(const Control& control) {
  std::string text = control.kind + " #" + std::to_string(control.id);
  if (!control.text.empty()) text += " " + quoted(control.text);
  if (!control.label.empty()) text += " labelled " + quoted(control.label);
  if (control.is_checked) text += *control.is_checked ? ", checked" : ", not checked";
  if (control.percent) text += ", " + std::to_string(*control.percent) + " %";
  if (!control.is_enabled) text += ", disabled";
  std::vector<std::string> items;
  for (const Item& item : control.items.items) items.push_back(describe(item));
  if (control.list != ListKind::None) text += ": " + (items.empty() ? "empty" : join(items, ", "));
  const std::size_t more = control.items.count - control.items.items.size();
  if (more > 0) text += " and " + std::to_string(more) + " more";
  return text;
}

std::vector<std::string> describe(const Screen& screen) {
  std::vector<std::string> lines;
  for (const Window& window : screen) {
    lines.push_back("window " + quoted(window.title) + " of " + window.program +
                    (window.is_enabled ? "" : ", disabled: another one wants an answer") +
                    (window.answers ? "" : ", busy: it does not answer"));
    for (const Control& control : window.controls) {
      const bool is_blank = control.kind == "text" && control.text.empty();
      if (!is_blank) lines.push_back("  " + describe(control));
    }
  }
  return lines;
}

bool shows(const Window& window, const std::string& text) {
  return has(window.title, text) ||
         std::ranges::any_of(window.controls, [&](const auto& it) { return shows(it, text); });
}

bool shows(const Screen& screen, const std::string& text) {
  return std::ranges::any_of(screen, [&](const auto& it) { return shows(it, text); });
}

}  // namespace dfurig::windows
