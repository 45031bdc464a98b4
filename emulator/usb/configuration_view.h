// Finds descriptors in the bytes of a configuration (USB 2.0 §9.6.3), whatever is in them.
#pragma once

#include <optional>
#include <vector>

#include "support/bytes.h"

namespace dfurig::usb {

/// One alternate setting as it stands in a configuration.
struct AlternateView {
  ByteView descriptor;              ///< the INTERFACE descriptor
  std::vector<ByteView> endpoints;  ///< its ENDPOINT descriptors, in order
  ByteView extent;                  ///< everything from `descriptor` to the next INTERFACE

  std::uint8_t bInterfaceNumber() const { return descriptor[2]; }
  std::uint8_t bAlternateSetting() const { return descriptor[3]; }
};

/// What a configuration holds, in order. A descriptor that is cut off or of no length ends it.
class ConfigurationView {
 public:
  /// `bytes` must outlive the view.
  explicit ConfigurationView(ByteView bytes);

  /// The CONFIGURATION descriptor itself; empty: these bytes are none.
  ByteView descriptor() const { return descriptor_; }
  /// bInterfaceNumber of each interface, in order of appearance.
  const std::vector<std::uint8_t>& interfaces() const { return interfaces_; }
  /// Of one interface, in order.
  std::vector<AlternateView> alternates(std::uint8_t bInterfaceNumber) const;

  /// Descriptors of a type that stand before the first interface.
  std::vector<ByteView> of_configuration(std::uint8_t type) const;
  /// Those that stand behind an alternate setting and before its first endpoint.
  static std::vector<ByteView> of_alternate(const AlternateView& alternate, std::uint8_t type);
  /// Those that stand behind an endpoint, by its index in `endpoints`.
  static std::vector<ByteView> of_endpoint(const AlternateView& alternate, std::size_t endpoint,
                                           std::uint8_t type);

 private:
  ByteView bytes_;
  ByteView descriptor_;
  std::vector<std::uint8_t> interfaces_;
  std::vector<AlternateView> alternates_;
};

}  // namespace dfurig::usb
