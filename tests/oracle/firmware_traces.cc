// Every test firmware on this project's core and on Unicorn, instruction by instruction: what one
// reads from a register the other is given, and registers and writes must be equal.
// firmware_traces MODELS FIRMWARE COUNT: exit status 1 when anything differed.
//
// Unicorn has no exceptions, sleep, special registers, bit-band or fault of a clear Thumb bit:
// after an instruction that needs one it is given this core's state and goes on; the report counts
// these.
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "model/model.h"
#include "oracle/lockstep.h"
#include "scenario/image.h"
#include "stm32/chip.h"

namespace dfurig::cpu {
namespace {

/// The chip an image is for, or one that is it in all the image uses.
std::string model_of(const std::string& chip) {
  static const std::map<std::string, std::string> models = {
      {"stm32l053", "stm32l053r8"}, {"stm32l073", "stm32l073rz"}, {"stm32f072", "stm32f072rb"},
      {"stm32f103", "stm32f103c8"}, {"stm32l152", "stm32l152rc"}, {"stm32f405", "stm32f405rg"},
      {"stm32f446", "stm32f446re"}, {"stm32l476", "stm32l476rg"}, {"stm32l452", "stm32l452re"},
      {"stm32f746", "stm32f746zg"}, {"stm32h743", "stm32h743zi"}};
  const auto found = models.find(chip);
  return found == models.end() ? "" : found->second;
}

/// True when all that was executed is equal.
bool compare(const model::Model& model, const std::string& image, const std::string& file,
             unsigned count) {
  stm32::Chip chip(model.chip);
  chip.reset(stm32::ResetKind::PowerOn);
  for (const scenario::Image& it : scenario::load_image(file, model.chip.flash.base)) {
    chip.flash().preload(it.address, it.data);
  }
  Lockstep lockstep(*model.core_spec, chip);
  lockstep.run(count);
  std::printf("%-36s %7llu equal, %6llu given\n", image.c_str(),
              static_cast<unsigned long long>(lockstep.compared()),
              static_cast<unsigned long long>(lockstep.given()));
  if (!lockstep.difference().empty()) std::printf("DIFFERS %s\n", lockstep.difference().c_str());
  return lockstep.difference().empty() && lockstep.compared() > 0;
}

int compare_all(const std::string& models, const std::string& folder, unsigned count) {
  const model::Library library(models);
  std::ifstream images(folder + "/images");
  std::string line;
  unsigned compared = 0, different = 0;
  while (std::getline(images, line)) {
    std::string name, chip;
    std::istringstream(line) >> name >> chip;
    const std::string model = model_of(chip);
    if (line.starts_with("#") || model.empty()) continue;
    const std::string image = name + "_" + chip;
    ++compared;
    if (!compare(library.load(model), image, folder + "/" + image + ".hex", count)) ++different;
  }
  std::printf("%u images, %u differ\n", compared, different);
  return compared > 0 && different == 0 ? 0 : 1;
}

}  // namespace
}  // namespace dfurig::cpu

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  return dfurig::cpu::compare_all(argv[1], argv[2], static_cast<unsigned>(std::atoi(argv[3])));
}
