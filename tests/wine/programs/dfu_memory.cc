#include "dfu_memory.h"

#include <setupapi.h>

#include <algorithm>
#include <fstream>
#include <iterator>

#include "windows/device_keys.h"

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

Bytes load(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  if (!stream) throw Failure(path + " cannot be read");
  return Bytes((std::istreambuf_iterator<char>(stream)), std::istreambuf_iterator<char>());
}

void erase_memory(const std::string& link, unsigned alternate,
                  const std::vector<std::uint32_t>& addresses) {
  Dfu dfu(link);
  dfu.select(alternate);
  dfu.ensure_idle();
  for (const std::uint32_t address : addresses) dfu.erase(address);
  dfu.ensure_idle();
}

void write_memory(const std::string& link, unsigned alternate, std::uint32_t address,
                  const Bytes& data, const OnProgress& on_progress) {
  Dfu dfu(link);
  const unsigned size = dfu.transfer_size();
  dfu.select(alternate);
  dfu.ensure_idle();
  dfu.set_address(address);
  for (std::size_t at = 0; at < data.size(); at += size) {
    const auto begin = data.begin() + static_cast<std::ptrdiff_t>(at);
    const std::size_t length = std::min<std::size_t>(size, data.size() - at);
    dfu.download(static_cast<std::uint16_t>(2 + at / size),
                 Bytes(begin, begin + static_cast<std::ptrdiff_t>(length)));
    if (on_progress) on_progress(at + length, data.size());
  }
  dfu.ensure_idle();
}

Bytes read_memory(const std::string& link, unsigned alternate, std::uint32_t address,
                  std::size_t length, const OnProgress& on_progress) {
  Dfu dfu(link);
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
    if (on_progress) on_progress(data.size(), length);
  }
  dfu.ensure_idle();
  return data;
}

void leave_dfu_mode(const std::string& link) {
  Dfu dfu(link);
  dfu.ensure_idle();
  dfu.download(0, {});
}
