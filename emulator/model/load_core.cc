#include "model/load_core.h"

#include <algorithm>
#include <cctype>

#include "model/reader.h"
#include "stm32/bus.h"

namespace dfurig::model {
namespace {

/// "cortex-m0plus" for "Cortex-M0+".
std::string file_name_of(const std::string& title) {
  std::string name;
  for (const char letter : title) {
    if (letter == '+') {
      name += "plus";
    } else {
      name += static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
    }
  }
  return name;
}

cpu::CoreSpec read_core(const Reader& reader) {
  reader.allow_only({"$schema", "extends", "title", "not_executed", "architecture", "cpuid",
                     "priority_bits", "interrupts", "vtor_mask", "bit_band", "floating_point"});
  cpu::CoreSpec core;
  core.name = reader.at("title").text();
  core.architecture = static_cast<cpu::Architecture>(
      reader.at("architecture").choice({"ARMv6-M", "ARMv7-M", "ARMv7E-M"}));
  core.cpuid = reader.at("cpuid").number();
  core.priority_bits = reader.at("priority_bits").number(8);
  core.interrupts = reader.at("interrupts").number(stm32::interrupts_max);
  if (core.priority_bits == 0) reader.at("priority_bits").fail("expected 1 to 8");
  if (core.interrupts == 0) reader.at("interrupts").fail("expected 1 to 240");
  core.vtor_mask = 0;
  if (const auto mask = reader.find("vtor_mask")) core.vtor_mask = mask->number();
  if (const auto bit_band = reader.find("bit_band")) core.has_bit_band = bit_band->boolean();
  if (const auto floating_point = reader.find("floating_point")) {
    core.floating_point = static_cast<cpu::FloatingPoint>(
        floating_point->choice({"none", "FPv4-SP", "FPv5-SP", "FPv5-DP"}));
  }
  return core;
}

}  // namespace

void load_core(const std::string& folder, const std::string& place, Model& model) {
  const Document document(named_file(file_name_of(model.core), folder, place), folder);
  const Reader reader(document, &model.facts);
  if (const auto why = reader.find("not_executed")) {
    reader.allow_only({"$schema", "extends", "title", "not_executed"});
    model.core_not_executed = why->text();
    return;
  }
  model.core_spec = read_core(reader);
  if (model.core_spec->name != model.core) {
    reader.at("title").fail("expected \"" + model.core + "\", as chips name it");
  }
}

}  // namespace dfurig::model
