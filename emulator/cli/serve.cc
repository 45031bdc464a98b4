#include <unistd.h>

#include <csignal>
#include <deque>
#include <iostream>
#include <optional>

#include "cli/bench.h"
#include "cli/kernel_client.h"
#include "cli/local_devices.h"
#include "cli/options.h"
#include "support/hex.h"
#include "support/input_error.h"
#include "usbip/messages.h"
#include "usbip/server.h"

namespace dfurig::cli {
namespace {

namespace po = boost::program_options;

constexpr Duration follow_every = std::chrono::milliseconds(100);

struct Address {
  std::string host = "127.0.0.1";
  std::uint16_t port = usbip::default_port;
};

Address parse_address(const std::string& text) {
  const std::size_t colon = text.rfind(':');
  const auto port =
      parse_number(colon == std::string::npos ? std::string() : text.substr(colon + 1));
  if (!port || *port > 65535) {
    throw UsageError("--listen " + text + ": expected ADDRESS:PORT, such as 127.0.0.1:3240");
  }
  return {text.substr(0, colon), static_cast<std::uint16_t>(*port)};
}

void print_devices(const usbip::Exports& exports, const std::deque<board::Board>& boards) {
  for (std::size_t i = 0; i < boards.size(); ++i) {
    const model::Model& model = boards[i].model();
    std::cout << "  " << exports.all()[i]->busid << "  " << model.title << "  "
              << hex(model.bootloader.idVendor, 4).substr(2) << ":"
              << hex(model.bootloader.idProduct, 4).substr(2) << "  serial "
              << model.bootloader.serial
              << (boards[i].is_attached() ? "" : "  (not on USB: the application runs)") << "\n";
  }
}

void print_ways_in(const Address& address, std::uint16_t port) {
  const std::string where = address.host + ":" + std::to_string(port);
  std::cout << "in another terminal (no root, no kernel module):\n"
            << "  dfurig exec --connect " << where << " -- dfu-util -l\n"
            << "or with Linux's own client (root; serve --attach does it):\n"
            << "  modprobe vhci-hcd && usbip --tcp-port " << port << " attach -r " << address.host
            << " -b 1-1\n"
            << "or on Windows with usbip-win2:\n"
            << "  usbip.exe --tcp-port " << port << " attach -r " << address.host << " -b 1-1\n"
            << "Type reset, power or pin BOOT0=0 to act on the chip (help explains). Ctrl-C stops."
            << std::endl;
}

void say(const std::string& line) {
  if (!line.empty()) std::cout << line << std::endl;
}

void print_not_emulated(const std::deque<board::Board>& boards) {
  for (const board::Board& board : boards) {
    for (const auto* list : {&board.chip().not_emulated(), &board.unknown_requests()}) {
      for (const auto& [what, count] : list->counts()) {
        std::cout << board.model().title << ": not emulated: " << what << " x" << count << "\n";
      }
    }
  }
}

CommandLine serve_command_line() {
  CommandLine line(
      "serve", "dfurig serve --model M [--model M…] [options]",
      "Exports one or more emulated chips over USB/IP, as busid 1-1, 1-2, …, until "
      "SIGINT or SIGTERM.\nFlash, options and registers last as long as the server.\n\n"
      "Lines on standard input are what a person at the bench does:\n"
      "  reset [BUSID]           press the reset button\n"
      "  power [BUSID]           switch power off and on\n"
      "  pin [BUSID] BOOT0=0     level of a boot pin at the next reset\n"
      "After Leave the application runs and the device is gone from USB; after a reset "
      "the boot\npins decide. Whoever had attached it attaches again then; serve "
      "--attach does so by itself.");
  line.options.add_options()("model,m", po::value<std::vector<std::string>>()->value_name("M"),
                             "a chip (dfurig models lists them); may be repeated")(
      "listen", po::value<std::string>()->default_value("127.0.0.1:3240")->value_name("ADDR:PORT"),
      "where to listen; port 0 takes a free one")(
      "attach",
      "attach the devices to this machine's kernel, and again when they come back (root)");
  add_board_options(line);
  add_library_option(line);
  return line;
}

}  // namespace

int serve_command(const Arguments& arguments) {
  const CommandLine line = serve_command_line();
  po::variables_map values;
  if (!line.parse(arguments, values)) return exit_ok;
  if (values.count("model") == 0)
    throw UsageError("serve needs --model M\n  usage: " + line.synopsis);
  const Address address = parse_address(values["listen"].as<std::string>());
  const SteadyClock clock;
  LocalDevices devices;
  devices.add(values["model"].as<std::vector<std::string>>(), values, clock);
  auto& [boards, exports] = devices;
  usbip::Server server(exports, clock, address.host, address.port, say);
  server.stop_at_signals();
  std::optional<KernelClient> kernel;
  if (values.count("attach") != 0) {
    kernel.emplace(address.host, server.port(), say);
    server.on_tick(follow_every, [&] {
      exports.advance(clock.now());
      kernel->follow(exports);
    });
  }
  Bench bench(boards, exports);
  // In the background of a terminal: reading fails instead of stopping the program.
  std::signal(SIGTTIN, SIG_IGN);
  server.on_line(STDIN_FILENO,
                 [&](const std::string& text) { say(bench.perform(text, clock.now())); });
  std::cout << "dfurig: listening on " << address.host << ":" << server.port() << "\n";
  print_devices(exports, boards);
  print_ways_in(address, server.port());
  server.run();
  print_not_emulated(boards);
  return exit_ok;
}

}  // namespace dfurig::cli
