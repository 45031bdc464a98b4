#include <iostream>

#include "cli/options.h"
#include "cli/server_address.h"
#include "support/hex.h"
#include "usbip/client.h"

namespace dfurig::cli {
namespace {

namespace po = boost::program_options;

CommandLine list_command_line() {
  CommandLine line(
      "list", "dfurig list [HOST:PORT]",
      "Asks a USB/IP server (dfurig serve, or any other) which devices it has, and takes "
      "none of them:\nwhoever uses one is not disturbed. A device that is not on USB now "
      "is not listed. Exit\nstatus 2 when no server answers; a container's health check "
      "is this command.\n\n"
      "  dfurig list\n"
      "  dfurig list 127.0.0.1:3240");
  line.hidden.add_options()("server", po::value<std::string>()->default_value("127.0.0.1:3240"));
  line.positional.add("server", 1);
  return line;
}

}  // namespace

int list_command(const Arguments& arguments) {
  const CommandLine line = list_command_line();
  po::variables_map values;
  if (!line.parse(arguments, values)) return exit_ok;
  const std::string server = values["server"].as<std::string>();
  const auto devices = usbip::list_devices(parse_server("list", server));
  for (const usbip::DeviceRecord& device : devices) {
    std::cout << device.busid << "  " << hex(device.idVendor, 4).substr(2) << ":"
              << hex(device.idProduct, 4).substr(2) << "\n";
  }
  if (devices.empty()) std::cout << server << " answers; no device is on USB\n";
  return exit_ok;
}

}  // namespace dfurig::cli
