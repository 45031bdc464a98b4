#include <iostream>

#include "attach/run_tool.h"
#include "cli/exec_wine.h"
#include "cli/local_devices.h"
#include "cli/options.h"
#include "cli/server_address.h"
#include "usbip/local_link.h"

namespace dfurig::cli {
namespace {

namespace po = boost::program_options;

CommandLine exec_command_line() {
  CommandLine line(
      "exec", "dfurig exec (--model M | --connect HOST:PORT)… [options] -- TOOL ARGUMENTS…",
      "Runs an unmodified tool that sees the devices as local USB devices: no root, no kernel\n"
      "module, nothing loaded into the tool. The exit status is the tool's.\n\n"
      "  dfurig exec --model stm32f405rg -- dfu-util -l\n"
      "  dfurig exec --connect 127.0.0.1:3240 -- dfu-util -a 0 -s 0x08000000:leave -D app.bin\n\n"
      "With --model the device lives as long as the tool; with --connect it lives in dfurig serve\n"
      "(or any USB/IP server) and keeps its state from one tool to the next.\n\n"
      "Time is virtual with --model: when device and tool both wait, it goes on to what comes "
      "next.\n"
      "The tool's clocks show it. A tool that waits for a person or another machine by the clock\n"
      "wants --real-time.\n\n"
      "Windows programs run in Wine, with ST's driver replaced: DfuSeDemo, DfuSeCommand and\n"
      "DfuFileMgr see the devices, in real time. The programs are yours, and their folder stays "
      "as\n"
      "it is; PREFIX is a folder for Wine, made at the first run (700 MB) and good for the "
      "next.\n\n"
      "  dfurig exec --model stm32f405rg --wine ~/dfuse.wine -- DfuSe/DfuSeDemo.exe\n"
      "  dfurig exec --connect 127.0.0.1:3240 --wine ~/dfuse.wine --transcript usb.txt -- \\\n"
      "      DfuSe/DfuSeCommand.exe -c --de 0 --al 0 -d --v --fn app.dfu");
  line.options.add_options()("model,m", po::value<std::vector<std::string>>()->value_name("M"),
                             "start this chip for the tool; may be repeated")(
      "connect", po::value<std::vector<std::string>>()->value_name("HOST:PORT"),
      "use the devices of this USB/IP server; may be repeated")(
      "real-time",
      "let device and tool wait in real time (default: waiting takes none; always with --connect)");
  add_wine_options(line);
  add_board_options(line);
  add_library_option(line);
  return line;
}

/// What stands after "--" is the tool's, whatever it looks like.
Arguments split_tool(Arguments& arguments) {
  const auto separator = std::find(arguments.begin(), arguments.end(), "--");
  Arguments tool;
  if (separator != arguments.end()) tool.assign(separator + 1, arguments.end());
  arguments.erase(separator, arguments.end());
  return tool;
}

std::vector<std::string> list_of(const po::variables_map& values, const char* name) {
  return values.count(name) == 0 ? std::vector<std::string>()
                                 : values[name].as<std::vector<std::string>>();
}

}  // namespace

int exec_command(const Arguments& all_arguments) {
  Arguments arguments = all_arguments;
  attach::ToolCommand tool;
  tool.arguments = split_tool(arguments);
  const CommandLine line = exec_command_line();
  po::variables_map values;
  if (!line.parse(arguments, values)) return exit_ok;
  const std::vector<std::string> models = list_of(values, "model");
  const std::vector<std::string> addresses = list_of(values, "connect");
  if (tool.arguments.empty() || (models.empty() && addresses.empty())) {
    throw UsageError("exec needs a device and a tool\n  usage: " + line.synopsis);
  }
  if (values.count("wine") != 0) return exec_in_wine(values, tool.arguments, models, addresses);
  refuse_wine_options(values);
  const SteadyClock steady_clock;
  ManualClock virtual_clock;
  if (addresses.empty() && values.count("real-time") == 0) tool.clock = &virtual_clock;
  const Clock& clock =
      tool.clock != nullptr ? static_cast<const Clock&>(virtual_clock) : steady_clock;
  LocalDevices devices;
  if (!models.empty()) devices.add(models, values, clock);
  std::vector<usbip::Connector> servers;
  if (!models.empty()) servers.push_back(usbip::local_connector(devices.exports, clock));
  for (const std::string& address : addresses)
    servers.push_back(parse_server("--connect", address));
  const attach::ToolResult result = attach::run_tool(tool, servers);
  for (const std::string& what : result.not_emulated) {
    std::cerr << "dfurig: not emulated: " << what << "\n";
  }
  return result.exit_status;
}

}  // namespace dfurig::cli
