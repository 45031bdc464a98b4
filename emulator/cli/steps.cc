#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>

#include "cli/options.h"
#include "cli/window_options.h"
#include "scenario/dialogue.h"

namespace dfurig::cli {
namespace {

namespace po = boost::program_options;

CommandLine steps_command_line() {
  CommandLine line(
      "steps", "dfurig steps [options]",
      "Does a scenario's steps as they come, for test harnesses: each line of standard input is a\n"
      "JSON object, and is answered by one on standard output. The first is what a scenario says\n"
      "before its steps; each one more is a step, or asks what there is to see. The end of\n"
      "standard input ends it. scenarios/README.md, \"Step by step\", tells the answers; the "
      "pytest\n"
      "plugin (tests/pytest_dfurig) speaks it.\n\n"
      "  {\"model\": \"stm32l476rg\", \"policies\": {\"leave\": \"an2606\"}}\n"
      "  {\"run\": [\"dfu-util\", \"-a\", \"0\", \"-s\", \"0x08000000:leave\", \"-D\", "
      "\"blink.bin\"]}\n"
      "  {\"expect\": {\"phase\": \"application\"}}\n"
      "  {\"tell\": \"register\", \"register\": \"GPIOB.MODER.MODE7\"}");
  line.options.add_options()("real-time",
                             "let the device and the tools wait in real time (default: "
                             "waiting takes none; always with --wine)")(
      "seed", po::value<std::string>()->default_value("1")->value_name("S"),
      "of what a fault's probability leaves open");
  add_window_options(line);
  add_library_option(line);
  return line;
}

/// Lines come and go here; tools that are run have nothing to read and cannot speak in between.
class Channel {
 public:
  Channel() : in_(fdopen(moved(STDIN_FILENO), "r")), out_(moved(STDOUT_FILENO)) {
    const int nothing = open("/dev/null", O_RDONLY);
    dup2(nothing, STDIN_FILENO);
    close(nothing);
    dup2(STDERR_FILENO, STDOUT_FILENO);
  }
  ~Channel() {
    fclose(in_);
    close(out_);
    free(line_);
  }
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;

  /// False at the end.
  bool read(std::string& line) {
    const ssize_t size = getline(&line_, &capacity_, in_);
    if (size <= 0) return false;
    line.assign(line_, static_cast<std::size_t>(size));
    if (line.back() == '\n') line.pop_back();
    return true;
  }
  /// False when nobody listens any more.
  bool write(const std::string& text) {
    for (std::size_t done = 0; done < text.size();) {
      const ssize_t size = ::write(out_, text.data() + done, text.size() - done);
      if (size < 0 && errno == EINTR) continue;
      if (size < 0) return false;
      done += static_cast<std::size_t>(size);
    }
    return true;
  }

 private:
  static int moved(int descriptor) { return fcntl(descriptor, F_DUPFD_CLOEXEC, 3); }

  FILE* in_;
  int out_;
  char* line_ = nullptr;
  std::size_t capacity_ = 0;
};

}  // namespace

int steps_command(const Arguments& arguments) {
  const CommandLine line = steps_command_line();
  po::variables_map values;
  if (!line.parse(arguments, values)) return exit_ok;
  const model::Library library = open_library(values);
  scenario::RunOptions options;
  options.real_time = values.count("real-time") != 0 || values.count("wine") != 0;
  options.windows = read_window_settings(values);
  options.seed = parse_seed(values["seed"].as<std::string>());
  scenario::Dialogue dialogue(library, options);
  // Blocked, not ignored: tools that are run find it as usual.
  sigset_t broken_pipe;
  sigemptyset(&broken_pipe);
  sigaddset(&broken_pipe, SIGPIPE);
  sigprocmask(SIG_BLOCK, &broken_pipe, nullptr);
  Channel channel;
  for (std::string text; channel.read(text);) {
    if (!text.empty() && !channel.write(dialogue.answer(text) + "\n")) break;
  }
  return exit_ok;
}

}  // namespace dfurig::cli
