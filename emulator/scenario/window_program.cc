#include "scenario/window_program.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <future>

#include "support/input_error.h"
#include "wine/not_here.h"

namespace dfurig::scenario {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;

// For what the machine does beside: Wine's first run in a prefix takes long.
constexpr milliseconds grace{60'000}, start_grace{240'000};

/// "${env:NAME}" is what the environment says.
std::string expand_environment(std::string text) {
  const std::string begin = "${env:";
  for (std::size_t at = text.find(begin); at != std::string::npos; at = text.find(begin)) {
    const std::size_t end = text.find('}', at);
    const std::size_t name_at = at + begin.size();
    const std::string name = text.substr(name_at, end - name_at);
    const char* value = std::getenv(name.c_str());
    if (value == nullptr || *value == 0) {
      throw wine::NotHere(InputError(name, "is not set in the environment",
                                     "it names the folder of the program " + text));
    }
    text.replace(at, end + 1 - at, value);
  }
  return text;
}

wine::ProgramCommand command_for(const StartProgram& start, const WindowSettings& settings,
                                 const std::string& server) {
  if (settings.prefix.empty()) {
    throw wine::NotHere(InputError("no Wine prefix is named", "Windows programs run in one",
                                   "--wine FOLDER, or DFURIG_WINE=FOLDER in the environment; it is "
                                   "made when it is not there"));
  }
  wine::ProgramCommand command;
  for (const std::string& it : start.arguments) {
    command.arguments.push_back(expand_environment(it));
  }
  command.prefix = settings.prefix;
  command.windows_folder = settings.windows_folder;
  command.servers = {server};
  command.patience = std::chrono::seconds(240);  // other scenarios of the suite use it, too
  return command;
}

std::string seconds_text(milliseconds duration) {
  const auto ms = duration.count();
  return ms % 1000 == 0 ? std::to_string(ms / 1000) + " s" : std::to_string(ms) + " ms";
}

/// A scenario's name as that of a file: "x.json[F4]" is "x-F4".
std::string file_name_of(const std::string& scenario) {
  std::string name = fs::path(scenario).filename().string();
  const std::size_t json = name.find(".json");
  if (json != std::string::npos) name.erase(json, 5);
  std::erase(name, ']');
  std::ranges::replace(name, '[', '-');
  return name;
}

}  // namespace

ServedDevices::ServedDevices(usbip::Exports& exports, const Clock& clock)
    : server_(exports, clock, "127.0.0.1", 0) {}

ServedDevices::~ServedDevices() {
  server_.stop();
  if (thread_.joinable()) thread_.join();
}

void ServedDevices::begin() {
  thread_ = std::thread([this] { server_.run(); });
}

struct ServedDevices::Hold::Gate {
  std::promise<void> reached;
  std::promise<void> released;
};

ServedDevices::Hold::Hold(ServedDevices& served) : gate_(std::make_shared<Gate>()) {
  served.server_.post([gate = gate_] {
    gate->reached.set_value();
    gate->released.get_future().wait();
  });
  gate_->reached.get_future().wait();
}

ServedDevices::Hold::~Hold() {
  gate_->released.set_value();
}

WindowProgram::WindowProgram(const StartProgram& start, const std::string& name,
                             const WindowSettings& settings, usbip::Exports& exports,
                             const Clock& clock)
    : name_(file_name_of(name)),
      screenshots_(settings.screenshots),
      devices_(exports, clock),
      session_(command_for(start, settings, devices_.address())) {
  // Not before: the session forks.
  devices_.begin();
}

std::optional<Fields> WindowProgram::request(const std::string& verb, const Fields& arguments,
                                             milliseconds within) {
  Fields fields = {verb, "within_ms=" + std::to_string(within.count())};
  fields.insert(fields.end(), arguments.begin(), arguments.end());
  return session_.ask(fields, within + (verb == "await" ? start_grace : grace));
}

/// Once only: afterwards there is no session.
std::optional<int> WindowProgram::wait_for_end(milliseconds within) {
  is_open_ = false;
  const std::optional<int> status = session_.wait_for_end(within);
  is_open_ = !status;
  return status;
}

/// What is on the screen is told with it.
std::vector<Failure> WindowProgram::failure(const std::string& what, milliseconds within,
                                            const std::optional<Fields>& answer) {
  Failure failed{what, "within " + seconds_text(within), "", {}};
  if (!answer) {
    const std::optional<int> status = wait_for_end(grace);
    failed.actual = "the program has ended" +
                    (status ? ", exit status " + std::to_string(*status) : std::string());
    return {failed};
  }
  failed.actual = answer->size() > 1 ? answer->at(1) : answer->front();
  failed.details.emplace_back("on the screen:");
  for (std::size_t i = 2; i < answer->size(); ++i) failed.details.push_back("  " + answer->at(i));
  if (answer->size() <= 2) failed.details.emplace_back("  no window");
  failed.details.push_back("screenshot: " + picture("failed"));
  return {failed};
}

/// Its path, or why there is none.
std::string WindowProgram::picture(const std::string& name) {
  std::error_code error;
  fs::create_directories(screenshots_, error);
  const std::string path =
      (fs::absolute(screenshots_) / (name_ + "." + name + ".png")).lexically_normal().string();
  fs::remove(path, error);
  const std::optional<Fields> answer =
      request("picture", {"path=" + wine::windows_path(path)}, milliseconds(0));
  if (answer && answer->front() == "done") return path;
  return "none: " + (answer && answer->size() > 1 ? answer->at(1) : "the program has ended");
}

std::vector<Failure> WindowProgram::await_window(const StartProgram& start) {
  Fields arguments;
  for (const std::string& it : start.texts) arguments.push_back("text=" + it);
  const std::optional<Fields> answer = request("await", arguments, start.within);
  if (answer && answer->front() == "done") return {};
  return failure("a window", start.within, answer);
}

std::vector<Failure> WindowProgram::ask(const AskWindow& action, std::vector<std::string>& told) {
  Fields arguments;
  for (const auto& [name, text] : action.arguments) {
    arguments.push_back(name + "=" + (name == "path" ? wine::windows_path(text) : text));
  }
  const std::optional<Fields> answer = request(action.verb, arguments, action.within);
  if (!answer || answer->front() != "done") return failure(action.what, action.within, answer);
  told.push_back("window: " + action.what);
  for (std::size_t i = 1; i < answer->size(); ++i) told.back() += "\n  | " + answer->at(i);
  return {};
}

std::vector<Failure> WindowProgram::take(const TakeScreenshot& action,
                                         std::vector<std::string>& told) {
  const std::string path = picture(action.name);
  if (path.starts_with("none: ")) return {{"screenshot", "it is written", path, {}}};
  told.push_back("screenshot: " + path);
  return {};
}

std::vector<Failure> WindowProgram::end(const EndProgram& action, std::vector<std::string>& told) {
  const std::string verb = action.how == EndProgram::How::Kill ? "kill" : "close";
  if (action.how != EndProgram::How::ByItself) {
    const std::optional<Fields> answer = request(verb, {}, action.within);
    if (answer && answer->front() != "done") return failure(verb, action.within, answer);
  }
  const std::optional<int> status = wait_for_end(action.within);
  if (!status) {
    std::optional<Fields> screen = request("look", {}, action.within);
    if (screen) screen->insert(screen->begin() + 1, "the program still runs");
    return failure("the program's end", action.within, screen);
  }
  if (action.exit_status && *status != *action.exit_status) {
    return {{"exit status", std::to_string(*action.exit_status), std::to_string(*status), {}}};
  }
  told.push_back(action.how == EndProgram::How::Kill
                     ? "window: the program was killed"
                     : "window: the program has ended, exit status " + std::to_string(*status));
  return {};
}

}  // namespace dfurig::scenario
