// What dfurig asks of the windows in its Wine session, and what came of it.
#pragma once

#include <map>
#include <stdexcept>
#include <string>
#include <vector>

namespace dfurig::windows {

/// "button" or "text" to what stands behind it; several for some.
using Arguments = std::multimap<std::string, std::string>;

/// The request makes no sense: dfurig's mistake, or that of somebody who types.
struct BadRequest : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// What was asked for could not be done in its time. `what()` says what stands against it.
struct NotDone : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Does what `verb` says, within "within_ms" of it, and returns what there is to say: lines of
/// text. Throws BadRequest and NotDone.
///   look                            every window and control, a line each
///   await [text=]…                  until a window with all these texts is there
///   shows [text=]… [lacks=]… [enabled=]… [disabled=]…   until all of that holds
///   press button= [in=]             a button, by its text
///   answer button= text=            of the window, such as a message box, that has this text
///   choose item= [in=]              in a combo box, list box, list view or tabs
///   check box= | uncheck box=  [in=]
///   type text= [in=]                into an edit
///   open_file path=                 in a dialog that asks for a file
///   picture path=                   of the whole screen, a PNG file
///   close                           the window in front, as its X does
///   kill                            the programs whose windows these are
/// "in" narrows: the text of a control, its label, a group box, or #1004, its number.
std::vector<std::string> do_request(const std::string& verb, const Arguments& arguments);

}  // namespace dfurig::windows
