#include "wine/run_program.h"

#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <optional>

#include "support/hex.h"
#include "support/input_error.h"
#include "wine/installation.h"
#include "wine/pe_file.h"
#include "wine/prefix.h"
#include "wine/staged_program.h"

namespace dfurig::wine {
namespace {

namespace fs = std::filesystem;

std::string find_program(const std::string& name) {
  std::error_code ignored;
  if (fs::is_regular_file(name, ignored)) return fs::absolute(name).lexically_normal().string();
  throw InputError(name, "there is no such file",
                   "expected the path of a Windows program, such as DfuSe/DfuSeDemo.exe; its own "
                   "DLLs stand beside it");
}

std::string folder_for(std::uint16_t machine, const std::string& program,
                       const std::string& windows_folder) {
  if (machine != machine_i386 && machine != machine_x86_64) {
    throw InputError(program, "is a program for PE machine " + hex(machine, 4) +
                                  "; expected one for i386 (0x014C) or x86_64 (0x8664)");
  }
  const std::string cpu = machine == machine_i386 ? "i686" : "x86_64";
  const std::string folder = windows_folder + "/windows-" + cpu;
  if (fs::exists(folder + "/STTubeDevice30.dll") && fs::exists(folder + "/dfurig-plug.exe")) {
    return folder;
  }
  const std::string preset = "windows-" + cpu;
  std::string package = cpu == "i686" ? "i686" : "x86-64";
  throw InputError(folder, "STTubeDevice30.dll and dfurig-plug.exe are not there",
                   "build them: cmake --preset " + preset + " && cmake --build --preset " + preset +
                       " (Debian: apt-get install g++-mingw-w64-" + package + "-posix)");
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

/// How Windows programs name a file of this machine.
std::string windows_path(const std::string& path) {
  std::string text = "Z:" + fs::absolute(path).lexically_normal().string();
  for (char& it : text) it = it == '/' ? '\\' : it;
  return text;
}

}  // namespace

/// All that is known before anything is started.
class RunningProgram::Session {
 public:
  explicit Session(const ProgramCommand& command)
      : command_(command),
        program_(find_program(command.arguments.at(0))),
        file_(load_pe_file(program_)),
        windows_folder_(folder_for(file_.machine, program_, command.windows_folder)),
        wine_(find_wine()) {
    check_display(file_, program_);
    prefix_.emplace(command.prefix);
    environment_ = wine_environment(prefix_->path());
  }

  /// The keeper's work.
  int run(Keeper& keeper) const {
    check_is_free(keeper);
    std::optional<Started> plug;
    try {
      const int status = run_program(keeper, plug);
      clean_up(keeper, plug);
      return status;
    } catch (const Stopped&) {
      clean_up(keeper, plug);
      return 0;  // the parent says what it was stopped by, or is no more
    } catch (...) {
      clean_up(keeper, plug);
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

  int run_program(Keeper& keeper, std::optional<Started>& plug) const {
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
    Keeper::Strings plug_command = wine_command({staged.plug});
    plug_command.insert(plug_command.end(), command_.servers.begin(), command_.servers.end());
    plug = keeper.start(plug_command, environment_, Streams::Piped);
    if (!keeper.read_line(*plug).starts_with("ready")) {
      throw InputError(staged.plug, "does not run in " + prefix_->path(),
                       "see why: WINEDEBUG= dfurig exec --wine …");
    }
    Keeper::Strings environment = environment_;
    if (!command_.log.empty()) environment.push_back("DFURIG_LOG=" + windows_path(command_.log));
    if (!command_.transcript.empty()) {
      environment.push_back("DFURIG_TRANSCRIPT=" + windows_path(command_.transcript));
    }
    Keeper::Strings program = wine_command({staged.program});
    program.insert(program.end(), command_.arguments.begin() + 1, command_.arguments.end());
    return keeper.wait(keeper.start(program, environment, Streams::Inherited));
  }

  /// First who watches the devices takes the keys away, then Wine writes its registry and ends; who
  /// is left then is killed.
  void clean_up(const Keeper& keeper, std::optional<Started>& plug) const {
    constexpr int patience_ms = 2000, server_patience_ms = 10000;
    if (plug) {
      plug->standard_input.reset();
      keeper.wait_for_end(*plug, patience_ms);
    }
    keeper.wait_for_end(keeper.start({wine_.wineserver, "-k"}, environment_, Streams::Silent),
                        server_patience_ms);
    remove_remains();
  }

  ProgramCommand command_;
  std::string program_;
  PeFile file_;
  std::string windows_folder_;
  Installation wine_;
  std::optional<Prefix> prefix_;
  Keeper::Strings environment_;
};

RunningProgram::RunningProgram(const ProgramCommand& command)
    : session_(std::make_unique<Session>(command)),
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
