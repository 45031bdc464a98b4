#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "cli/options.h"
#include "scenario/junit.h"
#include "scenario/load.h"
#include "scenario/run.h"
#include "support/input_error.h"

namespace dfurig::cli {
namespace {

namespace po = boost::program_options;
namespace fs = std::filesystem;

/// Files as they are, folders as all the .json below them, in alphabetical order.
std::vector<std::string> find_files(const std::vector<std::string>& paths) {
  std::vector<std::string> files;
  for (const std::string& path : paths) {
    if (!fs::is_directory(path)) {
      files.push_back(path);
      continue;
    }
    std::vector<std::string> below;
    for (const auto& entry : fs::recursive_directory_iterator(path)) {
      if (entry.path().extension() == ".json") below.push_back(entry.path().string());
    }
    std::sort(below.begin(), below.end());
    files.insert(files.end(), below.begin(), below.end());
    if (below.empty()) throw InputError(path, "no .json file below this folder");
  }
  return files;
}

void write_file(const std::string& path, const std::string& text) {
  std::ofstream stream(path);
  stream << text;
  if (!stream.flush()) throw InputError(path, "cannot be written");
}

CommandLine run_command_line() {
  CommandLine line("run", "dfurig run PATH… [options]",
                   "Runs scenarios (files, or all below a folder) with the real host tools and "
                   "checks what\nmust be true afterwards. Exit status 1 when one failed.\n\n"
                   "  dfurig run scenarios/leave/gpio_default_after_leave.json");
  line.hidden.add_options()("path", po::value<std::vector<std::string>>());
  line.positional.add("path", -1);
  line.options.add_options()("junit", po::value<std::string>()->value_name("FILE"),
                             "write JUnit XML, for CI systems")(
      "filter,k", po::value<std::string>()->default_value("")->value_name("TEXT"),
      "only scenarios whose path contains TEXT")(
      "verbose,v", "the whole report of scenarios that pass, too (default for a single one)");
  add_library_option(line);
  return line;
}

std::vector<std::string> paths_of(const po::variables_map& values, const CommandLine& line) {
  if (values.count("path") == 0) {
    throw UsageError(line.command + " needs a path\n  usage: " + line.synopsis);
  }
  return find_files(values["path"].as<std::vector<std::string>>());
}

}  // namespace

int run_command(const Arguments& arguments) {
  const CommandLine line = run_command_line();
  po::variables_map values;
  if (!line.parse(arguments, values)) return exit_ok;
  const std::string filter = values["filter"].as<std::string>();
  const model::Library library = open_library(values);
  std::vector<scenario::Scenario> scenarios;
  for (const std::string& file : paths_of(values, line)) {
    if (file.find(filter) == std::string::npos) continue;
    scenarios.push_back(scenario::load_scenario(file, library));
  }
  if (scenarios.empty()) throw InputError("-k " + filter, "no scenario's path contains this");
  const scenario::Style style{isatty(STDOUT_FILENO) != 0,
                              values.count("verbose") != 0 || scenarios.size() == 1};
  std::vector<scenario::Report> reports;
  std::size_t failed = 0;
  for (const scenario::Scenario& it : scenarios) {
    reports.push_back(scenario::run(it));
    failed += !reports.back().has_passed();
    scenario::print_report(std::cout, reports.back(), style);
    std::cout.flush();
  }
  if (reports.size() > 1) {
    std::cout << reports.size() - failed << " passed, " << failed << " failed\n";
  }
  if (values.count("junit") != 0) {
    write_file(values["junit"].as<std::string>(), scenario::junit_xml(reports));
  }
  return failed == 0 ? exit_ok : exit_failed;
}

int validate_command(const Arguments& arguments) {
  CommandLine line(
      "validate", "dfurig validate PATH…",
      "Checks models and scenarios strictly: chip files, models folders, scenarios and "
      "folders of\nthem. Prints every file that is sound; the first fault ends it with "
      "exit status 2.");
  line.hidden.add_options()("path", po::value<std::vector<std::string>>());
  line.positional.add("path", -1);
  add_library_option(line);
  po::variables_map values;
  if (!line.parse(arguments, values)) return exit_ok;
  if (values.count("path") == 0)
    throw UsageError("validate needs a path\n  usage: " + line.synopsis);
  for (const std::string& path : values["path"].as<std::vector<std::string>>()) {
    if (fs::is_directory(fs::path(path) / "chips")) {
      const model::Library library(path);
      for (const std::string& name : library.names()) {
        const model::Model model = library.load(name);
        for (const std::string& bootloader : model.flash_bootloaders) {
          library.load(name, bootloader);
        }
        std::cout << path << "/chips/" << name << ".json: sound\n";
      }
      continue;
    }
    const model::Library library = open_library(values);
    for (const std::string& file : find_files({path})) {
      scenario::load_scenario(file, library);
      std::cout << file << ": sound\n";
    }
  }
  return exit_ok;
}

}  // namespace dfurig::cli
