// Chips of this process's own, and the servers it is told of.
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "board/board.h"
#include "cli/options.h"
#include "usbip/exports.h"

namespace dfurig::cli {

struct LocalDevices {
  std::deque<board::Board> boards;
  usbip::Exports exports;

  /// Loads, powers and exports these models, as the options say.
  void add(const std::vector<std::string>& models,
           const boost::program_options::variables_map& values, const Clock& clock);
};

struct ServerAddress {
  std::string host;
  std::uint16_t port = 0;
};

/// HOST or HOST:PORT. Throws UsageError, naming the option.
ServerAddress parse_server_address(const std::string& option, const std::string& text);

}  // namespace dfurig::cli
