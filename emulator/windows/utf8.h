// Windows' text and ours.
#pragma once

#include <string>

namespace dfurig::windows {

std::string to_utf8(const std::wstring& text);
std::wstring from_utf8(const std::string& text);

}  // namespace dfurig::windows
