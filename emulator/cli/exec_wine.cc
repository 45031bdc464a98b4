#include "cli/exec_wine.h"

#include <optional>
#include <thread>

#include "cli/local_devices.h"
#include "cli/server_address.h"
#include "cli/window_options.h"
#include "support/clock.h"
#include "usbip/server.h"
#include "wine/run_program.h"

namespace dfurig::cli {
namespace {

namespace po = boost::program_options;

std::string text_of(const po::variables_map& values, const char* name) {
  return values.count(name) == 0 ? std::string() : values[name].as<std::string>();
}

/// Serves this process's devices while the program runs.
class Serving {
 public:
  explicit Serving(usbip::Server& server) : server_(server), thread_([this] { server_.run(); }) {}
  ~Serving() {
    server_.stop();
    thread_.join();
  }
  Serving(const Serving&) = delete;
  Serving& operator=(const Serving&) = delete;

 private:
  usbip::Server& server_;
  std::thread thread_;
};

}  // namespace

void add_wine_options(CommandLine& line) {
  line.options.add_options()(
      "wine", po::value<std::string>()->value_name("PREFIX"),
      "run a Windows program with Wine, in this folder of Wine's; made when it is not there")(
      "log", po::value<std::string>()->value_name("FILE"),
      "with --wine: append what the program asked of its device, with the time")(
      "transcript", po::value<std::string>()->value_name("FILE"),
      "with --wine: append one line for every control transfer");
}

void refuse_wine_options(const po::variables_map& values) {
  for (const char* name : {"log", "transcript"}) {
    if (values.count(name) != 0) throw UsageError(std::string("--") + name + " needs --wine");
  }
}

int exec_in_wine(const po::variables_map& values, const Arguments& program,
                 const std::vector<std::string>& models,
                 const std::vector<std::string>& addresses) {
  wine::ProgramCommand command{
      program, values["wine"].as<std::string>(), find_windows_folder(),
      {},      text_of(values, "log"),           text_of(values, "transcript")};
  for (const std::string& text : addresses) {
    const ServerAddress address = parse_server_address("--connect", text);
    command.servers.push_back(address.host + ":" + std::to_string(address.port));
  }
  const SteadyClock clock;
  LocalDevices devices;
  std::optional<usbip::Server> server;
  if (!models.empty()) {
    devices.add(models, values, clock);
    server.emplace(devices.exports, clock, "127.0.0.1", std::uint16_t{0});
    command.servers.push_back("127.0.0.1:" + std::to_string(server->port()));
  }
  // Before there is a second thread: it forks.
  wine::RunningProgram running(command);
  std::optional<Serving> serving;
  if (server) serving.emplace(*server);
  return running.wait();
}

}  // namespace dfurig::cli
