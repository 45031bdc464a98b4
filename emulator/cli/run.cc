#include <unistd.h>

#include <fstream>
#include <iostream>

#include "cli/find_files.h"
#include "cli/options.h"
#include "scenario/junit.h"
#include "scenario/load.h"
#include "scenario/run.h"
#include "support/input_error.h"

namespace dfurig::cli {
namespace {

namespace po = boost::program_options;

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
      "verbose,v", "the whole report of scenarios that pass, too (default for a single one)")(
      "real-time", "let the device and the tools wait in real time (default: waiting takes none)")(
      "trace-cpu", po::value<std::size_t>()->implicit_value(20)->value_name("N"),
      "show the last N instructions (--trace-cpu alone: 20) before each fault of the firmware and "
      "before it stops, with the names of functions where the scenario has symbols");
  add_library_option(line);
  return line;
}

std::vector<std::string> paths_of(const po::variables_map& values, const CommandLine& line) {
  if (values.count("path") == 0) {
    throw UsageError(line.command + " needs a path\n  usage: " + line.synopsis);
  }
  return find_files(values["path"].as<std::vector<std::string>>());
}

std::size_t trace_length(const po::variables_map& values) {
  const std::size_t length = values["trace-cpu"].as<std::size_t>();
  if (length >= 1 && length <= 100'000) return length;
  throw UsageError("--trace-cpu: expected a number from 1 to 100000");
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
  scenario::RunOptions options;
  options.real_time = values.count("real-time") != 0;
  if (values.count("trace-cpu") != 0) options.traced_instructions = trace_length(values);
  std::vector<scenario::Report> reports;
  std::size_t failed = 0;
  for (const scenario::Scenario& it : scenarios) {
    reports.push_back(scenario::run(it, options));
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

}  // namespace dfurig::cli
