#include "board/options.h"

#include "support/input_error.h"
#include "support/join.h"

namespace dfurig::board {

const dfu::BootloaderSpec& find_variant(const model::Model& model, const std::string& name,
                                        const std::string& place) {
  if (name.empty()) return model.bootloader;
  std::vector<std::string> names;
  for (const model::BootloaderVariant& variant : model.bootloader_variants) {
    if (variant.name == name) return variant.spec;
    names.push_back(variant.name);
  }
  const std::string known = join(names, ", ");
  const std::string none = model.bootloader.name + " has no variants";
  throw InputError(
      place, "unknown variant \"" + name + "\"",
      did_you_mean(name, names, known.empty() ? none : "this bootloader has: " + known));
}

const model::RegisterPolicy& find_policy(const std::vector<model::RegisterPolicy>& policies,
                                         const std::string& name, const std::string& place) {
  std::vector<std::string> names;
  for (const model::RegisterPolicy& policy : policies) {
    if (policy.name == name) return policy;
    names.push_back(policy.name);
  }
  const std::string known = join(names, ", ");
  throw InputError(place, "unknown policy \"" + name + "\"",
                   did_you_mean(name, names, "this model has: " + known));
}

}  // namespace dfurig::board
