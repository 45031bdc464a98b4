#include "cli/local_devices.h"

#include "support/hex.h"
#include "usbip/messages.h"

namespace dfurig::cli {

void LocalDevices::add(const std::vector<std::string>& models,
                       const boost::program_options::variables_map& values, const Clock& clock) {
  const model::Library library = open_library(values);
  for (const std::string& name : models) {
    board::Board& board =
        boards.emplace_back(load_model(library, name, values), board_options(values));
    power_on(board, values, clock.now());
    exports.add(board);
  }
}

ServerAddress parse_server_address(const std::string& option, const std::string& text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string::npos) return {text, usbip::default_port};
  const auto port = parse_number(text.substr(colon + 1));
  if (!port || *port == 0 || *port > 65535) {
    throw UsageError(option + " " + text + ": expected HOST:PORT, such as 127.0.0.1:3240");
  }
  return {text.substr(0, colon), static_cast<std::uint16_t>(*port)};
}

}  // namespace dfurig::cli
