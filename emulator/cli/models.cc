#include <algorithm>
#include <array>
#include <cctype>
#include <iomanip>
#include <iostream>
#include <optional>
#include <sstream>

#include "cli/options.h"
#include "support/hex.h"
#include "support/input_error.h"

namespace dfurig::cli {
namespace {

namespace po = boost::program_options;

constexpr std::array marks = {model::Mark::Documented, model::Mark::Observed, model::Mark::Inferred,
                              model::Mark::Unknown};

std::string counts_of_facts(const model::Model& model, const std::string& separator) {
  std::string text;
  for (const model::Mark mark : marks) {
    const auto count = std::count_if(model.facts.begin(), model.facts.end(),
                                     [&](const model::Fact& fact) { return fact.mark == mark; });
    text += (text.empty() ? "" : separator) + std::to_string(count);
  }
  return text;
}

std::string id_of(const dfu::BootloaderSpec& spec) {
  return spec.id ? hex(*spec.id, 2) : "";
}

/// How well the strings are known, all of them: the weakest of their own marks, not of the sizes in
/// them.
std::string mark_of_alternates(const model::Model& model) {
  std::optional<model::Mark> weakest;
  for (std::size_t i = 0; i < model.bootloader.alternates.size(); ++i) {
    const model::Fact* fact = model.fact_of_alternate(i);
    if (fact != nullptr && (!weakest || fact->mark > *weakest)) weakest = fact->mark;
  }
  return weakest ? to_string(*weakest) : "";
}

std::string flash_size(const model::Model& model) {
  return std::to_string(model.chip.flash.size() / 1024) + " KiB";
}

std::string line_of(const model::Model& model) {
  std::ostringstream line;
  line << std::left << std::setw(14) << model.name << std::setw(9) << model.family << std::right
       << std::setw(9) << flash_size(model) << "  " << std::left << std::setw(38)
       << (model.has_usb_dfu() ? model.bootloader.title : "no USB DFU in its ROM") << std::setw(6)
       << id_of(model.bootloader) << std::setw(10) << mark_of_alternates(model)
       << counts_of_facts(model, "/");
  return line.str();
}

std::string lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

bool has_all(const std::string& text, const std::vector<std::string>& words) {
  return std::all_of(words.begin(), words.end(), [&](const std::string& word) {
    return lower(text).find(lower(word)) != std::string::npos;
  });
}

void print_markdown_row(const model::Model& model) {
  std::string alternates;
  for (const dfu::Alternate& alternate : model.bootloader.alternates) {
    alternates += (alternates.empty() ? "`" : "<br>`") + alternate.name + "`";
  }
  const bool has_dfu = model.has_usb_dfu();
  std::cout << "| " << model.name << " | " << model.family << " | " << flash_size(model) << " | "
            << (has_dfu ? model.bootloader.title : model.no_usb_dfu) << " | "
            << id_of(model.bootloader) << " | " << alternates << " | " << mark_of_alternates(model)
            << " | " << counts_of_facts(model, " | ") << " |\n";
}

void print_markdown(const std::vector<model::Model>& models) {
  std::cout << "| chip | family | flash | ROM | ID | alternates | strings are | documented | "
               "observed | inferred | unknown |\n"
               "|---|---|---|---|---|---|---|---|---|---|---|\n";
  for (const model::Model& model : models) print_markdown_row(model);
}

void print_lines(const std::vector<model::Model>& models) {
  std::cout << "chip          family       flash  ROM                                   ID    "
               "strings   documented/observed/inferred/unknown\n";
  for (const model::Model& model : models) std::cout << line_of(model) << "\n";
}

}  // namespace

int models_command(const Arguments& arguments) {
  CommandLine line("models", "dfurig models [WORD…] [options]",
                   "Lists the chips there are; with words, those whose line contains all of them, "
                   "in capitals or not:\n\n"
                   "  dfurig models stm32l4 v9.2\n\n"
                   "\"strings\" says how well the alternate settings' names are known; the four "
                   "numbers count\nwhat is documented, observed, inferred and unknown about the "
                   "chip. dfurig describe MODEL shows\none with every source.");
  line.hidden.add_options()("word", po::value<std::vector<std::string>>());
  line.positional.add("word", -1);
  line.options.add_options()("markdown", "as the table of models/README.md, alternates and all");
  add_library_option(line);
  po::variables_map values;
  if (!line.parse(arguments, values)) return exit_ok;
  const auto words = values.count("word") == 0 ? std::vector<std::string>()
                                               : values["word"].as<std::vector<std::string>>();
  const model::Library library = open_library(values);
  std::vector<model::Model> found;
  for (const std::string& name : library.names()) {
    model::Model model = library.load(name);
    if (has_all(line_of(model), words)) found.push_back(std::move(model));
  }
  if (found.empty()) {
    throw InputError("models", "no chip's line contains all of these words",
                     "dfurig models lists all");
  }
  values.count("markdown") != 0 ? print_markdown(found) : print_lines(found);
  return exit_ok;
}

}  // namespace dfurig::cli
