// dfuse_host COMMAND [, COMMAND…]: a small DfuSe of our own. It finds devices through setupapi,
// reaches them through STTubeDevice30.dll and waits for WM_DEVICECHANGE, as ST's programs do. Each
// command prints its result; the first that fails ends the program with status 1.
#include <windows.h>

#include <dbt.h>
#include <setupapi.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <memory>

#include "device_window.h"
#include "dfu_operations.h"
#include "tube_commands.h"
#include "windows/device_keys.h"
#include "windows/st_tube_device.h"

namespace {

constexpr unsigned patience_ms = 60000;

std::uint32_t number(const std::string& text) {
  return static_cast<std::uint32_t>(std::strtoul(text.c_str(), nullptr, 0));
}

Bytes load(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  if (!stream) throw Failure(path + " cannot be read");
  return Bytes((std::istreambuf_iterator<char>(stream)), std::istreambuf_iterator<char>());
}

std::vector<std::string> enumerate() {
  const GUID guid = dfurig::windows::interface_class;
  const HDEVINFO set =
      SetupDiGetClassDevsA(&guid, nullptr, nullptr, DIGCF_PRESENT | DIGCF_DEVICEINTERFACE);
  std::vector<std::string> links;
  SP_DEVICE_INTERFACE_DATA one{};
  one.cbSize = sizeof one;
  for (DWORD i = 0; SetupDiEnumDeviceInterfaces(set, nullptr, &guid, i, &one); ++i) {
    alignas(SP_DEVICE_INTERFACE_DETAIL_DATA_A) char buffer[1024] = {};
    auto* detail = reinterpret_cast<SP_DEVICE_INTERFACE_DETAIL_DATA_A*>(buffer);
    detail->cbSize = sizeof *detail;
    if (SetupDiGetDeviceInterfaceDetailA(set, &one, detail, sizeof buffer, nullptr, nullptr)) {
      links.emplace_back(detail->DevicePath);
    }
  }
  SetupDiDestroyDeviceInfoList(set);
  return links;
}

std::string first_link() {
  const std::vector<std::string> links = enumerate();
  if (links.empty()) throw Failure("no device");
  return links.front();
}

/// list: every device, and the names of its alternate settings
void list(const Words&) {
  for (const std::string& link : enumerate()) {
    std::printf("device %s\n", link.c_str());
    const Dfu dfu(link);
    UINT alternates = 0;
    check("alternates", STDevice_GetNbOfAlternates(dfu.handle(), 0, 0, &alternates));
    for (UINT i = 0; i < alternates; ++i) {
      BYTE interface_descriptor[9];
      char name[256];
      check("interface",
            STDevice_GetInterfaceDescriptor(dfu.handle(), 0, 0, i, interface_descriptor));
      check("string",
            STDevice_GetStringDescriptor(dfu.handle(), interface_descriptor[8], name, sizeof name));
      std::printf("  %s\n", name);
    }
    std::printf("  wTransferSize %u\n", dfu.transfer_size());
  }
  std::printf("%u devices\n", static_cast<unsigned>(enumerate().size()));
}

/// erase ALTERNATE ADDRESS…
void erase(const Words& words) {
  Dfu dfu(first_link());
  dfu.select(number(words.at(1)));
  dfu.ensure_idle();
  for (std::size_t i = 2; i < words.size(); ++i) dfu.erase(number(words[i]));
  dfu.ensure_idle();
  std::puts("erased");
}

/// download ALTERNATE ADDRESS FILE
void download(const Words& words) {
  Dfu dfu(first_link());
  const unsigned size = dfu.transfer_size();
  dfu.select(number(words.at(1)));
  dfu.ensure_idle();
  dfu.set_address(number(words.at(2)));
  const Bytes data = load(words.at(3));
  for (std::size_t at = 0; at < data.size(); at += size) {
    const auto begin = data.begin() + static_cast<std::ptrdiff_t>(at);
    const std::size_t length = std::min<std::size_t>(size, data.size() - at);
    dfu.download(static_cast<std::uint16_t>(2 + at / size),
                 Bytes(begin, begin + static_cast<std::ptrdiff_t>(length)));
  }
  dfu.ensure_idle();
  std::puts("downloaded");
}

Bytes read_memory(unsigned alternate, std::uint32_t address, std::size_t length) {
  Dfu dfu(first_link());
  const unsigned size = dfu.transfer_size();
  dfu.select(alternate);
  dfu.ensure_idle();
  dfu.set_address(address);
  dfu.abort();
  Bytes data;
  for (std::uint16_t wBlockNum = 2; data.size() < length; ++wBlockNum) {
    const auto wanted = std::min<std::size_t>(size, length - data.size());
    const Bytes block = dfu.upload(wBlockNum, static_cast<std::uint16_t>(wanted));
    data.insert(data.end(), block.begin(), block.end());
  }
  dfu.ensure_idle();
  return data;
}

/// verify ALTERNATE ADDRESS FILE
void verify(const Words& words) {
  const Bytes expected = load(words.at(3));
  if (read_memory(number(words.at(1)), number(words.at(2)), expected.size()) != expected) {
    throw Failure("verify: not the same");
  }
  std::puts("verified");
}

/// upload ALTERNATE ADDRESS LENGTH FILE
void upload(const Words& words) {
  const Bytes data = read_memory(number(words.at(1)), number(words.at(2)), number(words.at(3)));
  std::ofstream(words.at(4), std::ios::binary)
      .write(reinterpret_cast<const char*>(data.data()), static_cast<std::streamsize>(data.size()));
  std::puts("uploaded");
}

/// leave: what the button "Leave DFU mode" does
void leave(const Words&) {
  Dfu dfu(first_link());
  dfu.ensure_idle();
  dfu.download(0, {});
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

const std::map<std::string, std::function<void(const Words&)>> commands = {
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
