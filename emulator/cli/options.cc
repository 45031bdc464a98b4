#include "cli/options.h"

#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <iostream>

#include "cli/bench.h"

namespace dfurig::cli {
namespace {

namespace po = boost::program_options;
namespace fs = std::filesystem;

/// Beside the program when it is installed, two levels up when it runs from build/PRESET.
std::string default_models_folder() {
  if (const char* folder = std::getenv("DFURIG_MODELS")) return folder;
  std::error_code ignored;
  const fs::path program = fs::read_symlink("/proc/self/exe", ignored).parent_path();
  for (const fs::path& candidate :
       {program / "../share/dfurig/models", program / "../../models", program / "models"}) {
    if (fs::is_directory(candidate / "chips", ignored)) {
      return candidate.lexically_normal().string();
    }
  }
  return "models";
}

/// Where levels of boot pins can.
void select_bootloader(board::Board& board) {
  const auto pins = board::find_bootloader_pins(board.model(), board.chip());
  if (!pins) return;
  for (const auto& [name, level] : *pins) board.set_boot_pin(name, level);
}

}  // namespace

std::optional<std::uint64_t> parse_whole(const std::string& text) {
  const bool is_hexadecimal = text.starts_with("0x");
  const char* const begin = text.data() + (is_hexadecimal ? 2 : 0);
  const char* const end = text.data() + text.size();
  std::uint64_t number = 0;
  const auto [stop, error] = std::from_chars(begin, end, number, is_hexadecimal ? 16 : 10);
  if (error != std::errc{} || stop != end) return std::nullopt;
  return number;
}

std::uint64_t parse_seed(const std::string& text, const std::string& others) {
  if (const auto seed = parse_whole(text)) return *seed;
  throw UsageError("--seed " + text + ": expected a number from 0 to 18446744073709551615" +
                   others);
}

CommandLine::CommandLine(const std::string& command_name, const std::string& synopsis_text,
                         const std::string& about_text)
    : command(command_name), synopsis(synopsis_text), about(about_text) {
  options.add_options()("help,h", "print this and exit");
}

bool CommandLine::parse(const Arguments& arguments, po::variables_map& values) const {
  po::options_description all;
  all.add(options).add(hidden);
  try {
    po::store(
        po::command_line_parser(arguments)
            .options(all)
            .positional(positional)
            .style(po::command_line_style::default_style & ~po::command_line_style::allow_guessing)
            .run(),
        values);
    if (values.count("help") != 0) {
      std::cout << "usage: " << synopsis << "\n\n" << about << "\n\n" << options;
      return false;
    }
    po::notify(values);
  } catch (const po::error& error) {
    throw UsageError(std::string(error.what()) + "\n  usage: " + synopsis + "\n  dfurig " +
                     command + " --help explains every option");
  }
  return true;
}

void add_library_option(CommandLine& line) {
  line.options.add_options()(
      "models", po::value<std::string>()->value_name("DIR"),
      "folder with chips/, peripherals/ and bootloaders/ (default: $DFURIG_MODELS, else the "
      "models shipped with this program)");
}

model::Library open_library(const po::variables_map& values) {
  return model::Library(values.count("models") != 0 ? values["models"].as<std::string>()
                                                    : default_models_folder());
}

void add_bootloader_option(CommandLine& line) {
  line.options.add_options()("bootloader",
                             po::value<std::string>()->default_value("")->value_name("NAME"),
                             "use this one instead of the ROM that is current: an older version of "
                             "it, or a bootloader put "
                             "into the chip's flash (dfurig describe lists them)");
}

model::Model load_model(const model::Library& library, const std::string& name,
                        const po::variables_map& values) {
  const auto settings = values.count("set") == 0 ? std::vector<std::string>()
                                                 : values["set"].as<std::vector<std::string>>();
  return library.load(name, values["bootloader"].as<std::string>(), model::parse_changes(settings));
}

void add_board_options(CommandLine& line) {
  add_bootloader_option(line);
  line.options.add_options()(
      "boot-pin", po::value<std::vector<std::string>>()->value_name("PIN=LEVEL"),
      "level of a boot pin at power-on, such as BOOT0=1; may be repeated (default: the levels that "
      "start the bootloader)")(
      "set", po::value<std::vector<std::string>>()->value_name("PATH=VALUE"),
      "a value of the model's files for this run, such as "
      "bootloader/behaviour/leave_reply=lost or chip/flash/program_unit=8; may be repeated")(
      "entry-policy", po::value<std::string>()->default_value("")->value_name("NAME"),
      "what the ROM does to the registers when it starts (default: the model's; see dfurig "
      "describe)")("leave-policy", po::value<std::string>()->default_value("")->value_name("NAME"),
                   "what the ROM does to the registers at Leave (default: the model's)")(
      "variant", po::value<std::string>()->default_value("")->value_name("NAME"),
      "the bootloader in flash as one of its variants (default: as generated)")(
      "time-scale", po::value<double>()->default_value(1.0, "1")->value_name("X"),
      "multiplies every busy time and poll time-out; 0: operations take no time");
}

board::Options board_options(const po::variables_map& values) {
  board::Options options;
  options.time_scale = values["time-scale"].as<double>();
  if (!(options.time_scale >= 0 && options.time_scale <= 1000)) {
    throw UsageError("--time-scale: expected a number from 0 to 1000");
  }
  options.entry_policy = values["entry-policy"].as<std::string>();
  options.leave_policy = values["leave-policy"].as<std::string>();
  options.variant = values["variant"].as<std::string>();
  return options;
}

void power_on(board::Board& board, const po::variables_map& values, Instant now) {
  if (values.count("boot-pin") == 0) {
    select_bootloader(board);
  } else {
    for (const std::string& text : values["boot-pin"].as<std::vector<std::string>>()) {
      const auto [name, level] = parse_boot_pin("--boot-pin", text);
      set_boot_pin(board, name, level);
    }
  }
  // It was powered long enough ago to be on the bus by now.
  board.power_on(now - board.startup());
  board.advance(now);
}

}  // namespace dfurig::cli
