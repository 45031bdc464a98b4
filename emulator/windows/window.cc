// dfurig-window.exe: looks at the windows of its Wine session and acts on them, for who cannot see
// them. Each line of standard input is a request, a verb and NAME=TEXT with tabs between
// (support/fields.h, window_requests.h); each is answered by a line:
//   done TEXT…                   it is done, and this was to be said
//   failed WHY WINDOW-LINE…      it could not be done in its time; what is on the screen
//   error WHY                    it is no request
#include <windows.h>

#include <fcntl.h>
#include <io.h>

#include <cstdio>
#include <iostream>

#include "support/fields.h"
#include "windows/screen.h"
#include "windows/window_requests.h"

namespace dfurig::windows {
namespace {

Arguments parse_arguments(const Fields& fields) {
  Arguments arguments;
  for (std::size_t i = 1; i < fields.size(); ++i) {
    const std::size_t equals = fields[i].find('=');
    if (equals == std::string::npos || equals == 0) {
      throw BadRequest("expected NAME=TEXT, found \"" + fields[i] + "\"");
    }
    arguments.emplace(fields[i].substr(0, equals), fields[i].substr(equals + 1));
  }
  return arguments;
}

Fields answer(const std::string& line) {
  try {
    const std::optional<Fields> fields = split_fields(line);
    if (!fields) throw BadRequest("a backslash that begins none of \\\\ \\t \\n \\r");
    Fields done = {"done"};
    for (std::string& it : do_request(fields->front(), parse_arguments(*fields))) {
      done.push_back(std::move(it));
    }
    return done;
  } catch (const BadRequest& error) {
    return {"error", error.what()};
  } catch (const NotDone& error) {
    Fields failed = {"failed", error.what()};
    for (std::string& it : describe(look())) failed.push_back(std::move(it));
    return failed;
  }
}

}  // namespace
}  // namespace dfurig::windows

int main() {
  _setmode(_fileno(stdin), _O_BINARY);
  _setmode(_fileno(stdout), _O_BINARY);
  for (std::string line; std::getline(std::cin, line);) {
    std::cout << dfurig::join_fields(dfurig::windows::answer(line)) << "\n" << std::flush;
  }
}
