#include "windows/window_requests.h"

#include <windows.h>

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <set>

#include "support/join.h"
#include "windows/ask_window.h"
#include "windows/file_dialog.h"
#include "windows/find_control.h"
#include "windows/screen.h"
#include "windows/screen_picture.h"
#include "windows/utf8.h"

namespace dfurig::windows {
namespace {

using Lines = std::vector<std::string>;

std::string quoted(const std::string& text) {
  return "\"" + text + "\"";
}

std::string text_of(const Arguments& arguments, const std::string& name) {
  const auto found = arguments.find(name);
  return found == arguments.end() ? "" : found->second;
}

Lines texts_of(const Arguments& arguments, const std::string& name) {
  Lines texts;
  const auto [begin, end] = arguments.equal_range(name);
  for (auto it = begin; it != end; ++it) texts.push_back(it->second);
  return texts;
}

/// Tries until it is done; throws the last NotDone when the time is up.
template <typename Try>
void retry(const Arguments& arguments, Try attempt) {
  constexpr DWORD look_every_ms = 50;
  const ULONGLONG end =
      GetTickCount64() + std::strtoul(text_of(arguments, "within_ms").c_str(), nullptr, 10);
  while (true) {
    try {
      return attempt();
    } catch (const NotDone&) {
      if (GetTickCount64() >= end) throw;
    }
    Sleep(look_every_ms);
  }
}

Wanted button(const Arguments& arguments, const std::string& kind, const std::string& name) {
  return {kind + " " + quoted(name),
          [kind, name](const Control& it) { return it.kind == kind && it.text == name; },
          text_of(arguments, "in"), ""};
}

/// Posted: the program may open a message box then, and not come back before it is answered.
void click(const Control& control) {
  PostMessageW(control.handle, BM_CLICK, 0, 0);
}

void require(const Screen& screen, const Arguments& arguments) {
  for (const Window& window : screen) {
    // What it shows is not known, and so not what it lacks.
    if (!window.answers) throw NotDone("window " + quoted(window.title) + " does not answer");
  }
  for (const std::string& text : texts_of(arguments, "text")) {
    if (!shows(screen, text)) throw NotDone("no window shows " + quoted(text));
  }
  for (const std::string& text : texts_of(arguments, "lacks")) {
    if (shows(screen, text)) throw NotDone("a window shows " + quoted(text));
  }
  for (const char* state : {"enabled", "disabled"}) {
    for (const std::string& name : texts_of(arguments, state)) {
      const bool is_wanted = std::string(state) == "enabled";
      std::vector<const Control*> named;
      for (const Window& window : screen) {
        for (const Control& it : window.controls) {
          const bool is_it =
              it.text == name || it.label == name || "#" + std::to_string(it.id) == name;
          if (is_it && it.kind != "text") named.push_back(&it);
        }
      }
      if (named.empty()) throw NotDone("there is no control " + quoted(name));
      for (const Control* it : named) {
        if (it->is_enabled != is_wanted) {
          throw NotDone(quoted(name) + " is " + (is_wanted ? "disabled" : "enabled"));
        }
      }
    }
  }
}

Lines await(const Arguments& arguments) {
  retry(arguments, [&] {
    const Screen screen = look();
    const Lines texts = texts_of(arguments, "text");
    const bool is_there = std::ranges::any_of(screen, [&](const Window& window) {
      return std::ranges::all_of(texts, [&](const auto& it) { return shows(window, it); });
    });
    if (is_there) return;
    if (texts.empty()) throw NotDone("there is no window");
    throw NotDone("there is no window with the text " + quoted(join(texts, "\" and \"")));
  });
  return {};
}

Lines wait_until_it_shows(const Arguments& arguments) {
  retry(arguments, [&] { require(look(), arguments); });
  return {};
}

Lines press(const Arguments& arguments) {
  retry(arguments, [&] {
    const Screen screen = look();
    click(*find_control(screen, button(arguments, "push button", text_of(arguments, "button")))
               .control);
  });
  return {};
}

/// Returns all texts of the window it answered.
Lines answer(const Arguments& arguments) {
  Lines texts;
  HWND window = nullptr;
  retry(arguments, [&] {
    const Screen screen = look();
    Wanted wanted = button(arguments, "push button", text_of(arguments, "button"));
    wanted.of_text = text_of(arguments, "text");
    const Found found = find_control(screen, wanted);
    for (const Control& it : found.window->controls) {
      if (it.kind == "text" && !it.text.empty()) texts.push_back(it.text);
    }
    window = found.window->handle;
    click(*found.control);
  });
  retry(arguments, [&] {
    if (IsWindowVisible(window)) throw NotDone("the window does not close when it is answered");
  });
  return texts;
}

Lines set_check_box(const Arguments& arguments, bool wanted) {
  HWND box = nullptr;
  retry(arguments, [&] {
    const Screen screen = look();
    const Found found =
        find_control(screen, button(arguments, "check box", text_of(arguments, "box")));
    box = found.control->handle;
    if (found.control->is_checked != wanted) click(*found.control);
  });
  retry(arguments, [&] {
    const bool is_checked = ask_window_or_0(box, BM_GETCHECK) == BST_CHECKED;
    if (is_checked != wanted) throw NotDone("the check box stays as it is");
  });
  return {};
}

/// The item that is called so, or the only one that has it in its text.
std::optional<std::size_t> find_item(const Control& control, const std::string& name) {
  std::vector<std::size_t> with_it;
  for (std::size_t i = 0; i < control.items.items.size(); ++i) {
    const Lines& cells = control.items.items[i].cells;
    if (std::ranges::find(cells, name) != cells.end()) return i;
    if (join(cells, " | ").find(name) != std::string::npos) with_it.push_back(i);
  }
  if (with_it.size() == 1) return with_it.front();
  return std::nullopt;
}

Lines choose(const Arguments& arguments) {
  const std::string name = text_of(arguments, "item");
  const Wanted wanted = {"list with an item " + quoted(name),
                         [&](const Control& it) { return find_item(it, name).has_value(); },
                         text_of(arguments, "in"), ""};
  retry(arguments, [&] {
    const Screen screen = look();
    const Control& list = *find_control(screen, wanted).control;
    if (!choose_item(list.handle, list.list, *find_item(list, name))) {
      throw NotDone(quoted(name) + " cannot be chosen");
    }
  });
  return {};
}

Lines type(const Arguments& arguments) {
  const std::wstring text = from_utf8(text_of(arguments, "text"));
  retry(arguments, [&] {
    const Screen screen = look();
    const Wanted wanted = {"edit", [](const Control& it) { return it.kind == "edit"; },
                           text_of(arguments, "in"), ""};
    const HWND edit = find_control(screen, wanted).control->handle;
    if ((GetWindowLongW(edit, GWL_STYLE) & ES_READONLY) != 0) {
      throw NotDone("this edit is read-only");
    }
    ask_window(edit, WM_SETTEXT, 0, reinterpret_cast<LPARAM>(text.c_str()));
  });
  return {};
}

Lines open_file(const Arguments& arguments) {
  const std::string path = text_of(arguments, "path");
  HWND dialog = nullptr;
  retry(arguments, [&] { dialog = answer_file_dialog(look(), path); });
  retry(arguments, [&] {
    if (IsWindowVisible(dialog)) {
      throw NotDone("the dialog does not close: is there a file " + quoted(path) + "?");
    }
  });
  return {};
}

Lines picture(const Arguments& arguments) {
  save_screen_picture(text_of(arguments, "path"));
  return {};
}

Lines close(const Arguments&) {
  const Screen screen = look();
  const auto window = std::ranges::find_if(screen, [](const auto& it) { return it.is_enabled; });
  if (window == screen.end()) throw NotDone("there is no window");
  PostMessageW(window->handle, WM_CLOSE, 0, 0);
  return {};
}

Lines kill(const Arguments&) {
  std::set<DWORD> processes;
  for (const Window& window : look()) {
    DWORD id = 0;
    GetWindowThreadProcessId(window.handle, &id);
    processes.insert(id);
  }
  if (processes.empty()) throw NotDone("there is no window");
  for (const DWORD id : processes) {
    const HANDLE process = OpenProcess(PROCESS_TERMINATE, FALSE, id);
    TerminateProcess(process, 137);
    CloseHandle(process);
  }
  return {};
}

struct Request {
  std::function<Lines(const Arguments&)> act;
  std::vector<const char*> needed;
  std::vector<const char*> allowed;
};
const std::map<std::string, Request> requests = {
    {"look", {[](const Arguments&) { return describe(look()); }, {}, {}}},
    {"await", {await, {}, {"text"}}},
    {"shows", {wait_until_it_shows, {}, {"text", "lacks", "enabled", "disabled"}}},
    {"press", {press, {"button"}, {"in"}}},
    {"answer", {answer, {"button", "text"}, {}}},
    {"choose", {choose, {"item"}, {"in"}}},
    {"check", {[](const Arguments& it) { return set_check_box(it, true); }, {"box"}, {"in"}}},
    {"uncheck", {[](const Arguments& it) { return set_check_box(it, false); }, {"box"}, {"in"}}},
    {"type", {type, {"text"}, {"in"}}},
    {"open_file", {open_file, {"path"}, {}}},
    {"picture", {picture, {"path"}, {}}},
    {"close", {close, {}, {}}},
    {"kill", {kill, {}, {}}},
};

}  // namespace

std::vector<std::string> do_request(const std::string& verb, const Arguments& arguments) {
  const auto found = requests.find(verb);
  if (found == requests.end()) throw BadRequest("unknown request " + quoted(verb));
  const Request& request = found->second;
  std::set<std::string> known(request.needed.begin(), request.needed.end());
  known.insert(request.allowed.begin(), request.allowed.end());
  for (const char* name : request.needed) {
    if (!arguments.contains(name)) throw BadRequest(verb + " needs " + name + "=");
  }
  for (const auto& [name, text] : arguments) {
    if (name != "within_ms" && !known.contains(name)) {
      throw BadRequest(verb + " knows no " + quoted(name));
    }
  }
  const std::string within = text_of(arguments, "within_ms");
  if (within.size() > 7 || within.find_first_not_of("0123456789") != std::string::npos) {
    throw BadRequest("within_ms=" + within + ": expected a number, at most 9999999");
  }
  return request.act(arguments);
}

}  // namespace dfurig::windows
