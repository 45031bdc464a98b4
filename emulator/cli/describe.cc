#include <iomanip>
#include <iostream>
#include <utility>

#include "board/boot.h"
#include "cli/options.h"
#include "support/hex.h"

namespace dfurig::cli {
namespace {

namespace po = boost::program_options;

void heading(const std::string& text) {
  std::cout << "\n" << text << "\n";
}

void row(const std::string& name, const std::string& value) {
  std::cout << "  " << std::left << std::setw(22) << name << value << "\n";
}

void print_usb(const dfu::BootloaderSpec& spec) {
  heading("USB");
  row("idVendor:idProduct", hex(spec.idVendor, 4) + ":" + hex(spec.idProduct, 4));
  row("bcdUSB, bcdDevice", hex(spec.bcdUSB, 4) + ", " + hex(spec.bcdDevice, 4));
  row("product", "\"" + spec.product + "\" by \"" + spec.manufacturer + "\"");
  row("serial", spec.serial);
  row("wTransferSize", std::to_string(spec.wTransferSize));
  row("DFU bmAttributes", hex(spec.dfu_bmAttributes, 2));
  for (std::size_t i = 0; i < spec.alternates.size(); ++i) {
    row("alternate " + std::to_string(i), spec.alternates[i].name);
  }
}

void print_names(const std::string& title, const std::vector<std::string>& names) {
  if (names.empty()) return;
  heading(title);
  for (const std::string& name : names) std::cout << "  " << name << "\n";
}

void print_variants(const std::vector<model::BootloaderVariant>& variants) {
  if (variants.empty()) return;
  heading("Variants of the bootloader (--variant)");
  for (const model::BootloaderVariant& variant : variants) {
    std::cout << "  " << variant.name << " [" << to_string(variant.mark) << "]\n      "
              << variant.summary << "\n      " << variant.source << "\n";
  }
}

void print_memory(const stm32::ChipSpec& chip) {
  heading("Memory");
  std::uint32_t address = chip.flash.base;
  for (const stm32::SectorRun& run : chip.flash.sectors) {
    row(hex(address), "flash, " + std::to_string(run.count) + " sectors of " +
                          std::to_string(run.size) + " bytes");
    address += run.count * run.size;
  }
  for (const stm32::Window& window : chip.option_bytes.windows) {
    row(hex(window.address), "option bytes, " + std::to_string(window.size) + " bytes");
  }
  for (const stm32::MemorySpec& memory : chip.memories) {
    row(hex(memory.base), memory.name + ", " + std::to_string(memory.size) + " bytes");
  }
}

std::string text_of(const model::BootRow& row) {
  using Starts = model::BootRow::Starts;
  switch (row.starts) {
    case Starts::MainFlash:
      return "main flash";
    case Starts::SystemMemory:
      return "the ROM bootloader";
    case Starts::Sram:
      return "SRAM";
    case Starts::Address:
      return "the address in " + row.address_field + " × " + hex(row.address_unit);
    case Starts::Banks:
      return "the ROM, which jumps to bank 2, else bank 1, if there is valid code";
    case Starts::DualBoot:
      return "the address in " + row.address_field + " × " + hex(row.address_unit) +
             "; in flash: the ROM, which jumps there or to a bank, if there is valid code";
  }
  return "?";
}

void print_boot(const model::Model& model) {
  const dfu::BootloaderSpec& spec = model.bootloader;
  if (spec.kind == dfu::BootloaderKind::UsbdDfu) {
    heading("The bootloader in flash stays in DFU mode after a reset when");
    std::cout << "  " << spec.usbd.button << "=1, or no valid code at "
              << hex(spec.usbd.application_address) << "\n";
  }
  heading("After a reset: the first row that holds, else main flash");
  for (const model::BootRow& boot_row : model.boot_table) {
    std::string conditions;
    for (const auto& [name, value] : boot_row.conditions) {
      conditions += (conditions.empty() ? "" : " and ") + name + "=" +
                    (value < 10 ? std::to_string(value) : hex(value, 2));
    }
    std::cout << "  " << conditions << " -> " << text_of(boot_row) << "\n      ["
              << to_string(boot_row.mark) << "] " << boot_row.source << "\n";
  }
}

void print_option_fields(const model::Model& model) {
  heading("Option bytes: what is at the factory");
  for (const model::OptionField& field : model.option_fields) {
    const std::uint32_t value = board::read_option_field(field, model.chip.option_bytes.factory);
    row(field.name,
        hex(value, (field.width + 3) / 4) + (field.meaning.empty() ? "" : "   " + field.meaning));
  }
}

void print_disputed(const std::vector<model::Fact>& facts) {
  bool is_first = true;
  for (const model::Fact& fact : facts) {
    if (fact.disputed.empty()) continue;
    if (std::exchange(is_first, false)) heading("Disputed");
    std::cout << "  " << fact.subject << " [" << to_string(fact.mark)
              << "]\n      taken here: " << fact.source << "\n      against it: " << fact.disputed
              << "\n";
  }
}

void print_policies(const std::string& title, const std::vector<model::RegisterPolicy>& policies,
                    const std::string& chosen) {
  if (policies.empty()) return;
  heading(title);
  for (const model::RegisterPolicy& policy : policies) {
    std::cout << (policy.name == chosen ? "* " : "  ") << policy.name << " ["
              << to_string(policy.mark) << "]\n      " << policy.summary << "\n      "
              << policy.source << "\n";
  }
}

void print_facts(const std::vector<model::Fact>& facts) {
  heading("Where the numbers come from");
  for (const model::Fact& fact : facts) {
    std::cout << "  " << std::left << std::setw(11) << to_string(fact.mark) << fact.subject << ": "
              << fact.source << (fact.note.empty() ? "" : " (" + fact.note + ")") << "\n";
  }
}

}  // namespace

int describe_command(const Arguments& arguments) {
  CommandLine line("describe", "dfurig describe MODEL",
                   "Shows one chip: USB identity, memory, option bytes, boot table, policies (* is "
                   "the default),\nwhat is disputed, and the source of every number.");
  line.hidden.add_options()("name", po::value<std::string>());
  line.positional.add("name", 1);
  add_bootloader_option(line);
  add_library_option(line);
  po::variables_map values;
  if (!line.parse(arguments, values)) return exit_ok;
  if (values.count("name") == 0)
    throw UsageError("describe needs a model\n  usage: " + line.synopsis);
  const model::Model model =
      load_model(open_library(values), values["name"].as<std::string>(), values);
  std::cout << model.title << "  " << model.family << ", " << model.core << "\n"
            << (model.has_usb_dfu() ? model.bootloader.title : model.no_usb_dfu) << "\n";
  if (model.has_usb_dfu()) print_usb(model.bootloader);
  print_names("Other versions of its ROM (--bootloader)", model.rom_versions);
  print_names("Bootloaders that can be put into its flash (--bootloader)", model.flash_bootloaders);
  print_variants(model.bootloader_variants);
  print_memory(model.chip);
  print_option_fields(model);
  print_boot(model);
  print_policies("Entry policies: registers when the bootloader starts", model.entry_policies,
                 model.entry_policy);
  print_policies("Leave policies: registers when the application starts", model.leave_policies,
                 model.leave_policy);
  print_disputed(model.facts);
  print_facts(model.facts);
  return exit_ok;
}

}  // namespace dfurig::cli
