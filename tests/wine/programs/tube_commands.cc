#include "tube_commands.h"

#include <windows.h>

#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>
#include <stdexcept>

#include "dfu_operations.h"
#include "windows/st_tube_device.h"

namespace {

struct Opened {
  HANDLE device = nullptr;
  HANDLE unplug_event = nullptr;
};
std::vector<Opened> opened;

UINT number(const Words& words, std::size_t index) {
  return static_cast<UINT>(std::strtoul(words.at(index).c_str(), nullptr, 0));
}

Bytes from_hex(const std::string& text) {
  Bytes bytes;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
    bytes.push_back(static_cast<BYTE>(std::strtoul(text.substr(i, 2).c_str(), nullptr, 16)));
  }
  return bytes;
}

void say(const std::string& name, DWORD result, const std::string& more = "") {
  std::printf("%s 0x%08lX%s%s\n", name.c_str(), result, more.empty() ? "" : " ", more.c_str());
}

std::string hex(const Bytes& bytes, std::size_t length) {
  std::string text;
  char digits[3];
  for (std::size_t i = 0; i < length; ++i) {
    std::snprintf(digits, sizeof digits, "%02X", bytes[i]);
    text += digits;
  }
  return text;
}

HANDLE last() {
  return opened.empty() ? nullptr : opened.back().device;
}

void close_last() {
  say("close", STDevice_Close(last()));
  if (opened.size() > 1) opened.pop_back();
}

void transfer(const Words& words) {
  const bool is_read = words[0] == "read";
  Bytes data = is_read ? Bytes(number(words, 2)) : from_hex(words.at(2));
  UINT size = static_cast<UINT>(data.size());
  const auto call = is_read ? STDevice_Read : STDevice_Write;
  const DWORD result = call(last(), number(words, 1), data.data(), &size, number(words, 3));
  const std::string count = std::to_string(size);
  say(words[0], result, result != 0x12340000 ? "" : is_read ? hex(data, size) : count);
}

void control(const Words& words) {
  ControlPipeRequest request{
      static_cast<USHORT>(number(words, 1)), number(words, 2),
      static_cast<UCHAR>(number(words, 3)),  static_cast<USHORT>(number(words, 4)),
      static_cast<USHORT>(number(words, 5)), number(words, 6)};
  Bytes data = words.size() > 7 ? from_hex(words[7]) : Bytes();
  data.resize(std::max<std::size_t>(data.size(), request.Length));
  const DWORD result = STDevice_ControlPipeRequest(last(), &request, data.data());
  say("control", result, request.Direction == 1 ? hex(data, request.Length) : "");
}

void count(const Words& words) {
  UINT value = 0;
  DWORD result = 0;
  const std::string& what = words[0];
  if (what == "configurations") result = STDevice_GetNbOfConfigurations(last(), &value);
  if (what == "interfaces") result = STDevice_GetNbOfInterfaces(last(), number(words, 1), &value);
  if (what == "alternates") {
    result = STDevice_GetNbOfAlternates(last(), number(words, 1), number(words, 2), &value);
  }
  if (what == "endpoints") {
    result = STDevice_GetNbOfEndPoints(last(), number(words, 1), number(words, 2), number(words, 3),
                                       &value);
  }
  if (what == "descriptors") {
    result = STDevice_GetNbOfDescriptors(
        last(), static_cast<BYTE>(number(words, 1)), static_cast<BYTE>(number(words, 2)),
        number(words, 3), number(words, 4), number(words, 5), number(words, 6), &value);
  }
  say(what, result, std::to_string(value));
}

void descriptor(const Words& words) {
  const std::string& what = words[0];
  Bytes bytes(18);
  DWORD result = 0;
  std::size_t size = 9;
  if (what == "device") {
    size = 18;
    result = STDevice_GetDeviceDescriptor(last(), bytes.data());
  } else if (what == "configuration") {
    result = STDevice_GetConfigurationDescriptor(last(), number(words, 1), bytes.data());
  } else if (what == "interface") {
    result = STDevice_GetInterfaceDescriptor(last(), number(words, 1), number(words, 2),
                                             number(words, 3), bytes.data());
  } else if (what == "endpoint") {
    size = 7;
    result = STDevice_GetEndPointDescriptor(last(), number(words, 1), number(words, 2),
                                            number(words, 3), number(words, 4), bytes.data());
  } else {
    size = number(words, 8);
    bytes.resize(size);
    result = STDevice_GetDescriptor(last(), static_cast<BYTE>(number(words, 1)),
                                    static_cast<BYTE>(number(words, 2)), number(words, 3),
                                    number(words, 4), number(words, 5), number(words, 6),
                                    number(words, 7), bytes.data(), static_cast<UINT>(size));
  }
  say(what, result, result == 0x12340000 ? hex(bytes, size) : "");
}

void string(const Words& words) {
  std::string text(number(words, 2) + 1, '\xFF');
  const DWORD result =
      STDevice_GetStringDescriptor(last(), number(words, 1), text.data(), number(words, 2));
  say("string", result, result == 0x12340000 ? text.c_str() : "");
}

/// Of the first handle that was opened, whether or not it is still open.
void unplug(const Words&) {
  constexpr DWORD patience_ms = 60000;
  const DWORD result = WaitForSingleObject(opened.at(0).unplug_event, patience_ms);
  std::puts(result == WAIT_OBJECT_0 ? "unplugged" : "not unplugged");
}

/// Says that it waits, and does so for a line of standard input.
void line(const Words&) {
  std::puts("waiting");
  for (int it = std::getchar(); it != '\n' && it != EOF;) it = std::getchar();
}

void frames(const Words& words) {
  say("frames",
      STDevice_SetMaxNumInterruptInputBuffer(last(), static_cast<WORD>(number(words, 1))));
  WORD now = 0;
  const DWORD result = STDevice_GetMaxNumInterruptInputBuffer(last(), &now);
  say("frames", result, std::to_string(now));
}

using Command = std::function<void(const Words&)>;
const std::map<std::string, Command> commands = {
    {"close", [](const Words&) { close_last(); }},
    {"pipes", [](const Words&) { say("pipes", STDevice_OpenPipes(last())); }},
    {"unpipe", [](const Words&) { say("unpipe", STDevice_ClosePipes(last())); }},
    {"reset", [](const Words&) { say("reset", STDevice_Reset(last())); }},
    {"suspend",
     [](const Words&) { say("suspend", STDevice_SetSuspendModeBehaviour(last(), FALSE)); }},
    {"halt",
     [](const Words& it) { say("halt", STDevice_EndPointControl(last(), number(it, 1), 1)); }},
    {"abort",
     [](const Words& it) { say("abort", STDevice_EndPointControl(last(), number(it, 1), 0)); }},
    {"timeout",
     [](const Words& it) { say("timeout", STDevice_SetDefaultTimeOut(last(), number(it, 1))); }},
    {"select",
     [](const Words& it) {
       say("select", STDevice_SelectCurrentConfiguration(last(), number(it, 1), number(it, 2),
                                                         number(it, 3)));
     }},
    {"sleep", [](const Words& it) { Sleep(number(it, 1)); }},
    {"read", transfer},
    {"write", transfer},
    {"control", control},
    {"configurations", count},
    {"interfaces", count},
    {"alternates", count},
    {"endpoints", count},
    {"descriptors", count},
    {"device", descriptor},
    {"configuration", descriptor},
    {"interface", descriptor},
    {"endpoint", descriptor},
    {"descriptor", descriptor},
    {"string", string},
    {"unplug", unplug},
    {"line", line},
    {"frames", frames},
};

}  // namespace

void tube_open(const std::string& link) {
  Opened it;
  const DWORD result = STDevice_Open(const_cast<char*>(link.c_str()), &it.device, &it.unplug_event);
  say("open", result);
  if (result == 0x12340000) opened.push_back(it);
}

void tube_command(const Words& words) {
  const auto found = commands.find(words.at(0));
  if (found == commands.end()) throw Failure("unknown command " + words[0]);
  found->second(words);
}
