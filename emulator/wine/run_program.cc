#include "wine/run_program.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <optional>

#include "support/hex.h"
#include "support/input_error.h"
#include "wine/installation.h"
#include "wine/not_here.h"
#include "wine/pe_file.h"
#include "wine/prefix.h"
#include "wine/staged_program.h"

namespace dfurig::wine {
namespace {

namespace fs = std::filesystem;

constexpr const char* our_files[] = {"STTubeDevice30.dll", "dfurig-plug.exe", "dfurig-window.exe"};

std::string find_program(const std::string& name) {
  std::error_code ignored;
  if (fs::is_regular_file(name, ignored)) return fs::absolute(name).lexically_normal().string();
  throw NotHere(InputError(name, "there is no such file",
                           "expected the path of a Windows program, such as DfuSe/DfuSeDemo.exe; "
                           "its own DLLs stand beside it"));
}

std::string folder_for(std::uint16_t machine, const std::string& program,
                       const std::string& windows_folder) {
  if (machine != machine_i386 && machine != machine_x86_64) {
    throw InputError(program, "is a program for PE machine " + hex(machine, 4) +
                                  "; expected one for i386 (0x014C) or x86_64 (0x8664)");
  }
  const std::string cpu = machine == machine_i386 ? "i686" : "x86_64";
  const std::string folder = windows_folder + "/windows-" + cpu;
  const bool is_built = std::ranges::all_of(
      our_files, [&](const char* file) { return fs::exists(folder + "/" + file); });
  if (is_built) return folder;
  const std::string preset = "windows-" + cpu;
  std::string package = cpu == "i686" ? "i686" : "x86-64";
  throw NotHere(
      InputError(folder, "STTubeDevice30.dll, dfurig-plug.exe and dfurig-window.exe are not there",
                 "build them: cmake --preset " + preset + " && cmake --build --preset " + preset +
                     " (Debian: apt-get install g++-mingw-w64-" + package + "-posix)"));
}

void check_display(const PeFile& file, const std::string& program) {
  const auto is_set = [](const char* name) {
    const char* value = std::getenv(name);
    return value != nullptr && *value != 0;
  };
  if (!file.has_windows || is_set("DISPLAY") || is_set("WAYLAND_DISPLAY")) return;
  throw InputError(
      program, "has windows, and there is no display to show them (DISPLAY is not set)",
      "without a screen: xvfb-run -a dfurig exec --wine … (Debian: apt-get install xvfb)");
}

}  // namespace

std::string windows_path(const std::string& path) {
  std::string text = "Z:" + fs::absolute(path).lexically_normal().string();
  for (char& it : text) it = it == '/' ? '\\' : it;
  return text;
}

/// All that is known before anything is started.
class RunningProgram::Session {
 public:
  Session(const ProgramCommand& command, DriverPipes* driver)
      : command_(command),
        driver_(driver),
        program_(find_program(command.arguments.at(0))),
        file_(load_pe_file(program_)),
        windows_folder_(folder_for(file_.machine, program_, command.windows_folder)),
        wine_(find_wine()) {
    if (driver_ != nullptr) xvfb_ = find_xvfb();
    if (driver_ == nullptr) check_display(file_, program_);
    prefix_.emplace(command.prefix, command.patience);
    environment_ = wine_environment(prefix_->path());
  }

  /// The keeper's work.
  int run(Keeper& keeper) {
    check_is_free(keeper);
    try {
      const int status = run_program(keeper);
      clean_up(keeper);
      return status;
    } catch (const Stopped&) {
      clean_up(keeper);
      return 0;  // the parent says what it was stopped by, or is no more
    } catch (...) {
      clean_up(keeper);
      throw;
    }
  }

  void remove_remains() const { remove_staged_program(prefix_->drive_c()); }

 private:
  Keeper::Strings wine_command(const Keeper::Strings& arguments) const {
    Keeper::Strings command = {wine_.wine};
    command.insert(command.end(), arguments.begin(), arguments.end());
    return command;
  }

  /// Whose processes we would end.
  void check_is_free(const Keeper& keeper) const {
    if (keeper.run({wine_.wineserver, "-k0"}, environment_) != 0) return;
    throw InputError(
        command_.prefix, "programs of another Wine session run in this prefix",
        "end them (WINEPREFIX=" + prefix_->path() + " wineserver -k), or name another folder");
  }

  int run_program(Keeper& keeper) {
    if (driver_ != nullptr) start_screen(keeper);
    const RunWine run_wine = [&](const Keeper::Strings& arguments) {
      return keeper.run(wine_command(arguments), environment_);
    };
    if (!prefix_->is_made()) {
      std::cerr << "dfurig: making the Wine prefix " << prefix_->path() << " (once)" << std::endl;
      prefix_->make(run_wine, [&] { keeper.run({wine_.wineserver, "-k"}, environment_); });
    }
    prefix_->check_machine(program_, file_.machine, run_wine);
    prefix_->check_imports(program_, file_.machine);
    const StagedProgram staged = stage_program(prefix_->drive_c(), program_, windows_folder_);
    start_plug(keeper, staged);
    if (driver_ != nullptr) start_driver(keeper, staged);
    Keeper::Strings environment = environment_;
    if (!command_.log.empty()) environment.push_back("DFURIG_LOG=" + windows_path(command_.log));
    if (!command_.transcript.empty()) {
      environment.push_back("DFURIG_TRANSCRIPT=" + windows_path(command_.transcript));
    }
    Keeper::Strings program = wine_command({staged.program});
    program.insert(program.end(), command_.arguments.begin() + 1, command_.arguments.end());
    const Streams streams = driver_ != nullptr ? Streams::Silent : Streams::Inherited;
    return keeper.wait(keeper.start(program, environment, streams));
  }

  /// A display that nobody else has: Xvfb takes the first that is free, and says which.
  void start_screen(const Keeper& keeper) {
    screen_ = keeper.start(
        {xvfb_, "-displayfd", "1", "-screen", "0", "1280x1024x24", "-nolisten", "tcp", "-noreset"},
        environment_, Streams::Piped);
    const std::string display = keeper.read_line(*screen_);
    if (display.empty()) {
      throw InputError(xvfb_, "does not start", "see why: Xvfb -displayfd 1 -screen 0 640x480x24");
    }
    std::erase_if(environment_, [](const std::string& it) { return it.starts_with("DISPLAY="); });
    environment_.push_back("DISPLAY=:" + display);
  }

  void start_plug(const Keeper& keeper, const StagedProgram& staged) {
    Keeper::Strings command = wine_command({staged.plug});
    command.insert(command.end(), command_.servers.begin(), command_.servers.end());
    plug_ = keeper.start(command, environment_, Streams::Piped);
    if (keeper.read_line(*plug_).starts_with("ready")) return;
    throw InputError(staged.plug, "does not run in " + prefix_->path(),
                     "see why: WINEDEBUG= dfurig exec --wine …");
  }

  /// It alone has these ends then: who reads its answers sees its end.
  void start_driver(const Keeper& keeper, const StagedProgram& staged) const {
    keeper.start(wine_command({staged.window}), environment_, driver_->requests.read_end,
                 driver_->answers.write_end);
    driver_->requests.read_end.reset();
    driver_->answers.write_end.reset();
  }

  /// First who watches the devices takes the keys away, then Wine writes its registry and ends; who
  /// is left then is killed.
  void clean_up(const Keeper& keeper) {
    constexpr int patience_ms = 2000, server_patience_ms = 10000;
    if (plug_) {
      plug_->standard_input.reset();
      keeper.wait_for_end(*plug_, patience_ms);
    }
    keeper.wait_for_end(keeper.start({wine_.wineserver, "-k"}, environment_, Streams::Silent),
                        server_patience_ms);
    remove_remains();
  }

  ProgramCommand command_;
  DriverPipes* driver_;  ///< null: none
  std::string program_;
  PeFile file_;
  std::string windows_folder_;
  Installation wine_;
  std::string xvfb_;
  std::optional<Prefix> prefix_;
  Keeper::Strings environment_;
  std::optional<Started> screen_;
  std::optional<Started> plug_;
};

RunningProgram::RunningProgram(const ProgramCommand& command, DriverPipes* driver)
    : session_(std::make_unique<Session>(command, driver)),
      keeper_(std::make_unique<KeeperProcess>(
          [this](Keeper& keeper) { return session_->run(keeper); })) {}

RunningProgram::~RunningProgram() = default;

int RunningProgram::wait() {
  try {
    return keeper_->wait();
  } catch (...) {
    session_->remove_remains();
    throw;
  }
}

}  // namespace dfurig::wine
