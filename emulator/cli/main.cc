#include <unistd.h>

#include <array>
#include <csignal>
#include <cstring>
#include <iostream>

#include "cli/commands.h"
#include "cli/options.h"
#include "support/input_error.h"
#include "usbip/link.h"
#include "usbip/server.h"

namespace dfurig::cli {
namespace {

struct Command {
  const char* name;
  const char* summary;
  int (*run)(const Arguments&);
};

constexpr std::array commands = {
    Command{"run", "run scenarios: start devices and host tools, check what must be true",
            run_command},
    Command{"steps", "do steps of a scenario as they come, for test harnesses", steps_command},
    Command{"exec", "run an unmodified tool that sees a device as a local USB device",
            exec_command},
    Command{"serve", "export devices over USB/IP until stopped", serve_command},
    Command{"list", "show which devices a USB/IP server has", list_command},
    Command{"models", "list the chips there are", models_command},
    Command{"describe", "show one chip as readable tables, with sources", describe_command},
    Command{"validate", "check models and scenarios strictly", validate_command},
};

void print_help(std::ostream& out) {
  out << "dfurig is an STM32 that is not there: it emulates the ROM DFU bootloader, the real host\n"
         "tools flash it, and scenarios check the registers afterwards.\n\n"
         "usage: dfurig COMMAND [options]\n\n";
  for (const Command& command : commands) {
    out << "  " << command.name << std::string(10 - std::strlen(command.name), ' ')
        << command.summary << "\n";
  }
  out << "\ndfurig COMMAND --help explains a command. Try:\n"
         "  dfurig exec --model stm32f405rg -- dfu-util -l\n\n"
         "Exit status: 0 all passed, 1 a scenario failed, 2 bad usage or a bad file, 77 this "
         "machine\n"
         "cannot run scenarios' tools, 128 plus its number when a signal ended a run; exec passes "
         "on\nthe tool's own.\n";
}

int dispatch(const std::string& name, const Arguments& arguments) {
  std::vector<std::string> names;
  for (const Command& command : commands) {
    if (name == command.name) return command.run(arguments);
    names.push_back(command.name);
  }
  throw UsageError("unknown command \"" + name + "\"\n  " +
                   did_you_mean(name, names, "dfurig --help lists the commands"));
}

/// Process 1 of a container has no default actions: a signal it does not handle is lost. Commands
/// that do more at a signal than to end handle it themselves.
void end_at_signals_as_process_1() {
  if (getpid() != 1) return;
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    std::signal(signal, [](int number) { _exit(128 + number); });
  }
}

int main(const Arguments& arguments) {
  end_at_signals_as_process_1();
  if (arguments.empty()) {
    print_help(std::cerr);
    return exit_usage;
  }
  const std::string& name = arguments.front();
  if (name == "--help" || name == "-h" || name == "help") {
    print_help(std::cout);
    return exit_ok;
  }
  if (name == "--version") {
    std::cout << "dfurig " DFURIG_VERSION "\n";
    return exit_ok;
  }
  return dispatch(name, Arguments(arguments.begin() + 1, arguments.end()));
}

}  // namespace
}  // namespace dfurig::cli

/// The one place where a bad file, flag or address becomes a message and exit status 2.
int main(int argc, char** argv) {
  try {
    return dfurig::cli::main(dfurig::cli::Arguments(argv + 1, argv + argc));
  } catch (const std::exception& error) {
    std::cerr << "dfurig: " << error.what() << "\n";
    return dfurig::cli::exit_usage;
  }
}
