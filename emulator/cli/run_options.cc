#include "cli/run_options.h"

#include <algorithm>
#include <random>
#include <thread>

#include "cli/window_options.h"

namespace dfurig::cli {
namespace {

namespace po = boost::program_options;

constexpr std::uint64_t jobs_max = 256;
constexpr std::uint64_t timeout_s_max = 86'400;
constexpr std::uint64_t shards_max = 1000;
constexpr std::uint64_t traced_max = 100'000;

std::uint64_t number_from_1(const po::variables_map& values, const std::string& option,
                            std::uint64_t max) {
  const std::string text = values[option].as<std::string>();
  const auto number = parse_whole(text);
  if (number && *number >= 1 && *number <= max) return *number;
  throw UsageError("--" + option + " " + text + ": expected a number from 1 to " +
                   std::to_string(max));
}

scenario::Shard parse_shard(const std::string& text) {
  const std::size_t slash = text.find('/');
  if (slash != std::string::npos) {
    const auto number = parse_whole(text.substr(0, slash));
    const auto count = parse_whole(text.substr(slash + 1));
    if (number && count && *number >= 1 && *number <= *count && *count <= shards_max) {
      return {static_cast<std::size_t>(*number), static_cast<std::size_t>(*count)};
    }
  }
  throw UsageError("--shard " + text + ": expected K/N with K from 1 to N and N up to " +
                   std::to_string(shards_max) + ", such as 1/4");
}

std::uint64_t draw_seed() {
  std::random_device device;
  return std::uint64_t{device()} << 32 | device();
}

void read_seed(const std::string& text, RunSettings& settings) {
  settings.is_seed_drawn = text == "random";
  settings.suite.seed = settings.is_seed_drawn ? draw_seed() : parse_seed(text, ", or random");
  settings.suite.shows_seed = true;
}

void add_selection_options(CommandLine& line) {
  line.options.add_options()("filter,k",
                             po::value<std::string>()->default_value("")->value_name("TEXT"),
                             "only scenarios whose path contains TEXT")(
      "rerun-failed", "only scenarios that failed when they last ran, however they were started")(
      "shard", po::value<std::string>()->value_name("K/N"),
      "only the K-th of N parts, for N machines that share the work: every scenario is in exactly "
      "one part. The parts have equal numbers of scenarios, or with --durations take equally long")(
      "durations", po::value<std::string>()->value_name("FILE"),
      "how long each scenario takes, as --record-durations wrote it. All machines that share the "
      "work need the same FILE")("record-durations", po::value<std::string>()->value_name("FILE"),
                                 "write how long each took into FILE; what FILE says of scenarios "
                                 "that did not run is kept");
}

void add_running_options(CommandLine& line) {
  line.options.add_options()(
      "jobs,j", po::value<std::string>()->value_name("N"),
      "run up to N scenarios at once, or with --sweep N points of one, in N processes (default: "
      "the number of processors). What is printed is the same, and in the same order")(
      "timeout", po::value<std::string>()->default_value("300")->value_name("SECONDS"),
      "a scenario, or with --sweep one point, that takes longer is ended with all its processes, "
      "and has failed")(
      "seed", po::value<std::string>()->value_name("S"),
      "what is random in a run follows from S and the name of the scenario's file alone: the same "
      "S, the same run (default: 1). --seed random draws one and prints it")(
      "all-must-run",
      "a scenario that this machine lacks something for, such as Wine, has failed (default: it is "
      "not run)")("junit", po::value<std::string>()->value_name("FILE"),
                  "write JUnit XML, for CI systems")(
      "verbose,v", "the whole report of scenarios that pass, too (default for a single one)")(
      "real-time", "let the device and the tools wait in real time (default: waiting takes none)")(
      "sweep",
      "run each scenario with a fault at every request, unit of flash and byte of the stream, and "
      "tell which end wrongly: a success that is none, a hang, a device that does not recover, a "
      "run "
      "that dfurig itself does not bring to an end")(
      "trace-cpu", po::value<std::string>()->implicit_value("20")->value_name("N"),
      "show the last N instructions (--trace-cpu alone: 20) before each fault of the firmware and "
      "before it stops, with the names of functions where the scenario has symbols");
}

}  // namespace

CommandLine run_command_line() {
  CommandLine line("run", "dfurig run PATH… [options]",
                   "Runs scenarios (files, or all below a folder) with the real host tools and "
                   "checks what\nmust be true afterwards. Exit status 1 when one failed, 128 plus "
                   "the signal's number when\na signal ended the run, 77 when this machine cannot "
                   "run tools for a device (an old kernel,\na container that denies seccomp "
                   "notification): ctest's SKIP_RETURN_CODE. A tool that is\nnot installed is a "
                   "bad file: 2. A scenario that drives a Windows program where Wine or the\n"
                   "program is not there is not run, which is told; when none was run, the status "
                   "is 77.\n\n"
                   "  dfurig run scenarios/leave/gpio_default_after_leave.json\n"
                   "  dfurig run scenarios --rerun-failed\n"
                   "  dfurig run scenarios --shard 1/4 --junit results.xml");
  line.hidden.add_options()("path", po::value<std::vector<std::string>>());
  line.positional.add("path", -1);
  add_selection_options(line);
  add_running_options(line);
  add_window_options(line);
  add_library_option(line);
  return line;
}

RunSettings read_run_settings(const po::variables_map& values, const CommandLine& line) {
  if (values.count("path") == 0) {
    throw UsageError(line.command + " needs a path\n  usage: " + line.synopsis);
  }
  RunSettings settings;
  settings.paths = values["path"].as<std::vector<std::string>>();
  settings.filter = values["filter"].as<std::string>();
  settings.reruns_failed = values.count("rerun-failed") != 0;
  settings.is_verbose = values.count("verbose") != 0;
  if (values.count("shard") != 0) settings.shard = parse_shard(values["shard"].as<std::string>());
  if (values.count("junit") != 0) settings.junit = values["junit"].as<std::string>();
  if (values.count("record-durations") != 0) {
    settings.record_durations = values["record-durations"].as<std::string>();
  }
  scenario::SuiteOptions& suite = settings.suite;
  suite.jobs = values.count("jobs") != 0 ? number_from_1(values, "jobs", jobs_max)
                                         : std::max(1U, std::thread::hardware_concurrency());
  suite.timeout = std::chrono::seconds(number_from_1(values, "timeout", timeout_s_max));
  if (values.count("seed") != 0) read_seed(values["seed"].as<std::string>(), settings);
  suite.all_must_run = values.count("all-must-run") != 0;
  suite.run.real_time = values.count("real-time") != 0;
  suite.run.windows = read_window_settings(values);
  settings.sweeps = values.count("sweep") != 0;
  if (values.count("trace-cpu") != 0) {
    suite.run.traced_instructions = number_from_1(values, "trace-cpu", traced_max);
  }
  if (values.count("durations") != 0) {
    suite.recorded = scenario::load_durations(values["durations"].as<std::string>());
  }
  return settings;
}

}  // namespace dfurig::cli
