// dfuse_host COMMAND [, COMMAND…]: a small DfuSe of our own. It finds devices through setupapi,
// reaches them through STTubeDevice30.dll and waits for WM_DEVICECHANGE, as ST's programs do. Each
// command prints its result; the first that fails ends the program with status 1.
#include <windows.h>

#include <dbt.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <map>
#include <memory>

#include "device_window.h"
#include "dfu_memory.h"
#include "tube_commands.h"
#include "windows/device_keys.h"
#include "windows/st_tube_device.h"

namespace {

constexpr unsigned patience_ms = 60000;

std::uint32_t number(const std::string& text) {
  return static_cast<std::uint32_t>(std::strtoul(text.c_str(), nullptr, 0));
}

std::string first_link() {
  const std::vector<std::string> links = enumerate();
  if (links.empty()) throw Failure("no device");
  return links.front();
}

/// list: every device, and the names of its alternate settings
void list(const Words&) {
  const std::vector<std::string> links = enumerate();
  for (const std::string& link : links) {
    std::printf("device %s\n", link.c_str());
    const Dfu dfu(link);
    for (const std::string& name : dfu.alternates()) std::printf("  %s\n", name.c_str());
    std::printf("  wTransferSize %u\n", dfu.transfer_size());
  }
  std::printf("%u devices\n", static_cast<unsigned>(links.size()));
}

/// erase ALTERNATE ADDRESS…
void erase(const Words& words) {
  std::vector<std::uint32_t> addresses;
  for (std::size_t i = 2; i < words.size(); ++i) addresses.push_back(number(words[i]));
  erase_memory(first_link(), number(words.at(1)), addresses);
  std::puts("erased");
}

/// download ALTERNATE ADDRESS FILE
void download(const Words& words) {
  write_memory(first_link(), number(words.at(1)), number(words.at(2)), load(words.at(3)));
  std::puts("downloaded");
}

Bytes read(const Words& words, std::size_t length) {
  return read_memory(first_link(), number(words.at(1)), number(words.at(2)), length);
}

/// verify ALTERNATE ADDRESS FILE
void verify(const Words& words) {
  const Bytes expected = load(words.at(3));
  if (read(words, expected.size()) != expected) throw Failure("verify: not the same");
  std::puts("verified");
}

/// upload ALTERNATE ADDRESS LENGTH FILE
void upload(const Words& words) {
  const Bytes data = read(words, number(words.at(3)));
  std::ofstream(words.at(4), std::ios::binary)
      .write(reinterpret_cast<const char*>(data.data()), static_cast<std::streamsize>(data.size()));
  std::puts("uploaded");
}

/// leave: what the button "Leave DFU mode" does
void leave(const Words&) {
  leave_dfu_mode(first_link());
  std::puts("left");
}

DeviceWindow* window = nullptr;

/// await removal | arrival
void await(const Words& words) {
  const bool is_removal = words.at(1) == "removal";
  const std::string link =
      window->await(is_removal ? DBT_DEVICEREMOVECOMPLETE : DBT_DEVICEARRIVAL, patience_ms);
  if (link.empty()) throw Failure("no " + words[1]);
  std::printf("%s %s\n", words[1].c_str(), link.c_str());
}

/// replug: the first device goes and comes back while another one's arrival is being told
void replug(const Words&) {
  const std::string link = first_link();
  const auto location = dfurig::windows::find_location(link);
  if (!location) throw Failure("no place of " + link);
  const std::size_t begin = link.find('#', link.find('#') + 1) + 1;
  const dfurig::windows::PluggedDevice device{*location, 0x0483, 0xDF11, 0x2200,
                                              link.substr(begin, link.rfind('#') - begin)};
  dfurig::windows::PluggedDevice other = device;
  other.instance = "another";
  window->while_busy([&] { dfurig::windows::write_keys(other); },
                     [&] {
                       dfurig::windows::remove_keys(device);
                       dfurig::windows::write_keys(device);
                     });
  dfurig::windows::remove_keys(other);
}

const std::map<std::string, std::function<void(const Words&)>> commands = {
    {"replug", replug},
    {"list", list},
    {"erase", erase},
    {"download", download},
    {"verify", verify},
    {"upload", upload},
    {"leave", leave},
    {"await", await},
    {"open", [](const Words& words) { tube_open(words.size() > 1 ? words[1] : first_link()); }},
};

void run(const Words& words) {
  const auto found = commands.find(words.at(0));
  if (found != commands.end()) return found->second(words);
  tube_command(words);
}

}  // namespace

int main(int argc, char** argv) {
  std::setvbuf(stdout, nullptr, _IONBF, 0);
  DeviceWindow heard;
  window = &heard;
  Words words;
  try {
    for (int i = 1; i <= argc; ++i) {
      const std::string word = i == argc ? "," : argv[i];
      if (word != ",") {
        words.push_back(word);
        continue;
      }
      run(words);
      words.clear();
    }
  } catch (const std::exception& error) {
    std::printf("failed: %s\n", error.what());
    return 1;
  }
  return 0;
}
