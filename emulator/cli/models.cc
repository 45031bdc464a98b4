#include <iomanip>
#include <iostream>

#include "cli/options.h"

namespace dfurig::cli {

int models_command(const Arguments& arguments) {
  CommandLine line("models", "dfurig models [WORD…]",
                   "Lists the chips there are; with words, those whose line contains all of them.");
  line.hidden.add_options()("word", boost::program_options::value<std::vector<std::string>>());
  line.positional.add("word", -1);
  add_library_option(line);
  boost::program_options::variables_map values;
  if (!line.parse(arguments, values)) return exit_ok;
  const auto words = values.count("word") == 0 ? std::vector<std::string>()
                                               : values["word"].as<std::vector<std::string>>();
  const model::Library library = open_library(values);
  for (const std::string& name : library.names()) {
    const model::Model model = library.load(name);
    std::ostringstream row;
    row << std::left << std::setw(14) << name << std::setw(16) << model.title << std::setw(10)
        << model.family << std::right << std::setw(5) << model.chip.flash.size() / 1024
        << " KiB flash   "
        << (model.has_usb_dfu() ? model.bootloader.title : "no USB DFU in its ROM");
    const std::string text = row.str();
    bool matches = true;
    for (const std::string& word : words) {
      matches = matches && text.find(word) != std::string::npos;
    }
    if (matches) std::cout << text << "\n";
  }
  return exit_ok;
}

}  // namespace dfurig::cli
