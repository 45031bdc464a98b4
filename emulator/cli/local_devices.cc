#include "cli/local_devices.h"

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

}  // namespace dfurig::cli
