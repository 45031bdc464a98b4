// What every command shares: options that say where models are and what a device is like.
#pragma once

#include <boost/program_options.hpp>
#include <cstdint>
#include <optional>
#include <string>

#include "board/board.h"
#include "cli/commands.h"
#include "model/model.h"

namespace dfurig::cli {

/// Bad usage: printed with a pointer to --help, exit 2.
class UsageError : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Digits and nothing else, in decimal or with 0x.
std::optional<std::uint64_t> parse_whole(const std::string& text);
/// Throws UsageError, which names `others` that could be there.
std::uint64_t parse_seed(const std::string& text, const std::string& others = "");

/// One command's options and the text that teaches them.
struct CommandLine {
  std::string command;   ///< "serve"
  std::string synopsis;  ///< "dfurig serve --model M [options]"
  std::string about;     ///< what it does, with examples
  boost::program_options::options_description options{"Options"};
  boost::program_options::options_description hidden;  ///< positional arguments
  boost::program_options::positional_options_description positional;

  CommandLine(const std::string& command, const std::string& synopsis, const std::string& about);
  /// Throws UsageError. Returns false when --help was asked for and printed.
  bool parse(const Arguments& arguments, boost::program_options::variables_map& values) const;
};

/// --models DIR
void add_library_option(CommandLine& line);
/// The folder named by --models, else by DFURIG_MODELS, else beside the program.
model::Library open_library(const boost::program_options::variables_map& values);

/// --bootloader
void add_bootloader_option(CommandLine& line);
/// Loads a chip with the bootloader and the changes asked for.
model::Model load_model(const model::Library& library, const std::string& name,
                        const boost::program_options::variables_map& values);

/// --bootloader, --set, --boot-pin, --time-scale, --entry-policy, --leave-policy, --variant
void add_board_options(CommandLine& line);
board::Options board_options(const boost::program_options::variables_map& values);
/// Sets the boot pins asked for; without any, those that start the bootloader; then powers on.
void power_on(board::Board& board, const boost::program_options::variables_map& values,
              Instant now);

}  // namespace dfurig::cli
