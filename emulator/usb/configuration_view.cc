#include "usb/configuration_view.h"

#include <algorithm>

#include "usb/descriptors.h"

namespace dfurig::usb {
namespace {

constexpr std::size_t header_size = 2;  // bLength, bDescriptorType
constexpr std::size_t endpoint_size = 7;

std::vector<ByteView> split(ByteView bytes) {
  std::vector<ByteView> descriptors;
  while (bytes.size() >= header_size && bytes[0] >= header_size && bytes[0] <= bytes.size()) {
    descriptors.push_back(bytes.first(bytes[0]));
    bytes = bytes.subspan(bytes[0]);
  }
  return descriptors;
}

bool is_of_type(ByteView descriptor, std::uint8_t type, std::size_t size_min) {
  return descriptor[1] == type && descriptor.size() >= size_min;
}

/// Of the type, from `begin` to the next descriptor that starts something of its own.
std::vector<ByteView> of_type(const std::vector<ByteView>& all, std::size_t begin,
                              std::uint8_t type) {
  std::vector<ByteView> found;
  for (std::size_t i = begin; i < all.size(); ++i) {
    if (all[i][1] == INTERFACE || all[i][1] == ENDPOINT) break;
    if (all[i][1] == type) found.push_back(all[i]);
  }
  return found;
}

}  // namespace

ConfigurationView::ConfigurationView(ByteView bytes) : bytes_(bytes) {
  const std::vector<ByteView> all = split(bytes);
  if (all.empty() || !is_of_type(all[0], CONFIGURATION, ConfigurationDescriptor::size)) return;
  descriptor_ = all[0];
  for (const ByteView it : all) {
    if (is_of_type(it, INTERFACE, InterfaceDescriptor::size)) {
      alternates_.push_back({it, {}, it});
      const bool is_new =
          std::find(interfaces_.begin(), interfaces_.end(), it[2]) == interfaces_.end();
      if (is_new) interfaces_.push_back(it[2]);
    } else if (!alternates_.empty()) {
      AlternateView& last = alternates_.back();
      last.extent = ByteView(last.extent.data(), it.data() + it.size());
      if (is_of_type(it, ENDPOINT, endpoint_size)) last.endpoints.push_back(it);
    }
  }
}

std::vector<AlternateView> ConfigurationView::alternates(std::uint8_t bInterfaceNumber) const {
  std::vector<AlternateView> found;
  for (const AlternateView& it : alternates_) {
    if (it.bInterfaceNumber() == bInterfaceNumber) found.push_back(it);
  }
  return found;
}

std::vector<ByteView> ConfigurationView::of_configuration(std::uint8_t type) const {
  return descriptor_.empty() ? std::vector<ByteView>() : of_type(split(bytes_), 1, type);
}

std::vector<ByteView> ConfigurationView::of_alternate(const AlternateView& alternate,
                                                      std::uint8_t type) {
  return of_type(split(alternate.extent), 1, type);
}

std::vector<ByteView> ConfigurationView::of_endpoint(const AlternateView& alternate,
                                                     std::size_t endpoint, std::uint8_t type) {
  const std::vector<ByteView> all = split(alternate.extent);
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all[i].data() == alternate.endpoints[endpoint].data()) return of_type(all, i + 1, type);
  }
  return {};
}

}  // namespace dfurig::usb
