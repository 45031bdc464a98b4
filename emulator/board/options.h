// What a scenario or a flag may choose instead of the model's defaults.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "dfu/bootloader.h"
#include "model/model.h"

namespace dfurig::board {

struct Options {
  double time_scale = 1.0;   ///< of every duration of the bootloader; 0: operations take no time
  std::string entry_policy;  ///< empty: the model's default
  std::string leave_policy;
  std::string variant;  ///< of the bootloader; empty: as its file describes it
  /// Puts something between the board and each bootloader it starts; empty: nothing.
  std::function<std::unique_ptr<dfu::Bootloader>(std::unique_ptr<dfu::Bootloader>)> wrap{};
};

/// The bootloader as a variant of it is. Throws InputError (with near names) when there is none
/// such; the empty name is the bootloader itself.
const dfu::BootloaderSpec& find_variant(const model::Model& model, const std::string& name,
                                        const std::string& place);

/// The policy a model is asked to use. Throws InputError (with near names) when it has none such.
const model::RegisterPolicy& find_policy(const std::vector<model::RegisterPolicy>& policies,
                                         const std::string& name, const std::string& place);

}  // namespace dfurig::board
