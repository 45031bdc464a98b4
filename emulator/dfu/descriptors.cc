#include "dfu/bootloader.h"

namespace dfurig::dfu {
namespace {

constexpr std::uint8_t application_specific_class = 0xFE;  // DFU 1.1 §4.2.3
constexpr std::uint8_t dfu_subclass = 1;
constexpr std::uint8_t dfu_mode_protocol = 2;
constexpr std::uint8_t dfu_functional_size = 9;
constexpr std::uint8_t dfu_functional_type = 0x21;

// String indices as the ROM numbers them (dfu-util's device-logs/stm32f4discovery.lsusb).
constexpr std::uint8_t manufacturer_index = 1;
constexpr std::uint8_t product_index = 2;
constexpr std::uint8_t serial_index = 3;

// ST's USB Device Library has two strings more, and names the product as its configuration
// (usbd_def.h, USBD_IDX_*; usbd_dfu.c, USBD_DFU_CfgDesc).
const std::vector<std::string> usbd_strings = {"DFU Config", "DFU Interface"};

// DFU 1.1 §4.1.3
Bytes encode_functional_descriptor(const BootloaderSpec& spec) {
  return ByteWriter()
      .u8(dfu_functional_size)
      .u8(dfu_functional_type)
      .u8(spec.dfu_bmAttributes)
      .u16le(spec.wDetachTimeOut)
      .u16le(spec.wTransferSize)
      .u16le(spec.bcdDFUVersion)
      .take();
}

usb::InterfaceDescriptor make_interface(std::size_t alternate, std::size_t first_index) {
  usb::InterfaceDescriptor interface;
  interface.bAlternateSetting = static_cast<std::uint8_t>(alternate);
  interface.bInterfaceClass = application_specific_class;
  interface.bInterfaceSubClass = dfu_subclass;
  interface.bInterfaceProtocol = dfu_mode_protocol;
  interface.iInterface = static_cast<std::uint8_t>(first_index + alternate);
  return interface;
}

}  // namespace

usb::DescriptorSet make_descriptors(const BootloaderSpec& spec) {
  usb::DescriptorSet set;
  set.device.bcdUSB = spec.bcdUSB;
  set.device.bMaxPacketSize0 = spec.bMaxPacketSize0;
  set.device.idVendor = spec.idVendor;
  set.device.idProduct = spec.idProduct;
  set.device.bcdDevice = spec.bcdDevice;
  set.device.iManufacturer = manufacturer_index;
  set.device.iProduct = product_index;
  set.device.iSerialNumber = serial_index;
  set.device.bNumConfigurations = 1;
  set.configuration.bConfigurationValue = 1;
  set.configuration.bmAttributes = spec.bmAttributes;
  set.configuration.bMaxPower = spec.bMaxPower;
  set.strings = {spec.manufacturer, spec.product, spec.serial};
  if (spec.kind == BootloaderKind::UsbdDfu) {
    set.configuration.iConfiguration = product_index;
    set.strings.insert(set.strings.end(), usbd_strings.begin(), usbd_strings.end());
  }
  set.class_descriptors = spec.functional_descriptor_request;
  const std::size_t first_index = set.strings.size() + 1;
  for (std::size_t i = 0; i < spec.alternates.size(); ++i) {
    set.configuration.interfaces.push_back(make_interface(i, first_index));
    set.strings.push_back(spec.alternates[i].name);
  }
  if (!set.configuration.interfaces.empty() && spec.has_functional_descriptor) {
    set.configuration.interfaces.back().extra = encode_functional_descriptor(spec);
  }
  return set;
}

BootloaderSpec scaled(BootloaderSpec spec, double factor) {
  const auto scale = [factor](std::uint32_t& ms) {
    ms = static_cast<std::uint32_t>(static_cast<double>(ms) * factor);
  };
  for (Timing* timing :
       {&spec.timings.set_address, &spec.timings.erase_sector, &spec.timings.mass_erase,
        &spec.timings.program, &spec.timings.read_unprotect, &spec.timings.leave}) {
    scale(timing->poll_ms);
    scale(timing->busy_ms);
  }
  scale(spec.startup_ms);
  return spec;
}

}  // namespace dfurig::dfu
