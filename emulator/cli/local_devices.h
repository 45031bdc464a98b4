// Devices of this process's own.
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

}  // namespace dfurig::cli
