#include <filesystem>
#include <iostream>

#include "cli/find_files.h"
#include "cli/options.h"
#include "scenario/load.h"
#include "support/input_error.h"

namespace dfurig::cli {
namespace {

namespace po = boost::program_options;
namespace fs = std::filesystem;

/// Checks file after file; a fault is told and the next file is looked at.
class Validation {
 public:
  template <typename Check>
  void check(const std::string& file, const Check& load) {
    try {
      load();
      std::cout << file << ": sound\n";
    } catch (const InputError& error) {
      std::cerr << "dfurig: " << error.what() << "\n";
      ++faults_;
    }
  }
  std::size_t faults() const { return faults_; }

 private:
  std::size_t faults_ = 0;
};

/// A chip with each bootloader it can have.
void load_all(const model::Library& library, const std::string& file) {
  const model::Model model = library.load_file(file);
  for (const auto& names : {model.rom_versions, model.flash_bootloaders}) {
    for (const std::string& bootloader : names) library.load_file(file, bootloader);
  }
}

void validate_path(const std::string& path, const po::variables_map& values,
                   Validation& validation) {
  if (fs::is_directory(fs::path(path) / "chips")) {
    const model::Library library(path);
    for (const std::string& name : library.names()) {
      const std::string file = (fs::path(path) / "chips" / (name + ".json")).string();
      validation.check(file, [&] { load_all(library, file); });
    }
    return;
  }
  const model::Library library = open_library(values);
  for (const std::string& file : find_files({path})) {
    const bool is_chip = fs::absolute(file).parent_path().filename() == "chips";
    validation.check(file, [&] {
      if (is_chip) return load_all(library, file);
      scenario::load_scenarios(file, library);
    });
  }
}

}  // namespace

int validate_command(const Arguments& arguments) {
  CommandLine line("validate", "dfurig validate PATH…",
                   "Checks models and scenarios strictly: models folders, chip files in a folder "
                   "called chips,\nscenarios and folders of them. Prints every file that is sound, "
                   "and the first fault of each\nthat is not; then the exit status is 2.\n\n"
                   "  dfurig validate models scenarios");
  line.hidden.add_options()("path", po::value<std::vector<std::string>>());
  line.positional.add("path", -1);
  add_library_option(line);
  po::variables_map values;
  if (!line.parse(arguments, values)) return exit_ok;
  if (values.count("path") == 0)
    throw UsageError("validate needs a path\n  usage: " + line.synopsis);
  Validation validation;
  for (const std::string& path : values["path"].as<std::vector<std::string>>()) {
    validate_path(path, values, validation);
  }
  return validation.faults() == 0 ? exit_ok : exit_usage;
}

}  // namespace dfurig::cli
