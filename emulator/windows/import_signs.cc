#include "windows/import_signs.h"

namespace dfurig::windows {
namespace {

std::string name_of(const char* what, const Location& location) {
  return std::string("dfurig ") + what + " " + location.server + " " + location.busid;
}

}  // namespace

ImportMark::ImportMark(const Location& location)
    : event_(CreateEventA(nullptr, TRUE, FALSE, name_of("imports", location).c_str())) {}

ImportMark::~ImportMark() {
  if (event_ != nullptr) CloseHandle(event_);
}

bool ImportMark::is_set(const Location& location) {
  const HANDLE event = OpenEventA(SYNCHRONIZE, FALSE, name_of("imports", location).c_str());
  if (event != nullptr) CloseHandle(event);
  return event != nullptr;
}

HANDLE make_unplug_sign(const Location& location) {
  return CreateEventA(nullptr, TRUE, FALSE, name_of("unplugged", location).c_str());
}

}  // namespace dfurig::windows
