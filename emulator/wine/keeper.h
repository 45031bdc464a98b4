// A process that starts others and leaves none behind, whoever is killed: its parent may die at any
// moment, and then it ends them; if it dies itself, its parent does.
#pragma once

#include <sys/types.h>

#include <array>
#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "attach/descriptor.h"

namespace dfurig::wine {

/// The keeper's parent has gone, or wants it to stop.
struct Stopped {};

/// A process the keeper started; it is killed when the keeper dies.
struct Started {
  pid_t pid = -1;
  attach::Descriptor standard_input;   ///< its other end; open only when it was asked for
  attach::Descriptor standard_output;  ///< likewise
};

/// What a process's standard streams are.
enum class Streams {
  Inherited,  ///< this process's
  Silent,     ///< nothing to read, and nobody reads
  Piped,      ///< input and output are Started's; errors go nowhere
};

class Keeper {
 public:
  using Strings = std::vector<std::string>;

  /// `stop` becomes readable when the parent goes.
  explicit Keeper(attach::Descriptor stop) : stop_(std::move(stop)) {}

  Started start(const Strings& arguments, const Strings& environment, Streams streams) const;
  /// The same with this input and output; errors go nowhere.
  Started start(const Strings& arguments, const Strings& environment,
                const attach::Descriptor& input, const attach::Descriptor& output) const;
  /// Its exit status, or 128 and its signal. Throws Stopped.
  int wait(const Started& process) const;
  /// The same, but does not mind being stopped, and kills what takes longer.
  void wait_for_end(const Started& process, int patience_ms) const;
  int run(const Strings& arguments, const Strings& environment) const {
    return wait(start(arguments, environment, Streams::Silent));
  }
  /// A line it writes; empty: it ended before. Throws Stopped.
  std::string read_line(const Started& process) const;

 private:
  /// The streams that are -1 stay as they are.
  pid_t launch(const Strings& arguments, const Strings& environment,
               const std::array<int, 3>& streams) const;
  /// Waits until one of its descriptors is readable. Throws Stopped.
  void wait_readable(int descriptor) const;

  attach::Descriptor stop_;
};

/// The keeper's process as its parent sees it.
class KeeperProcess {
 public:
  /// Forks: `work` is done in the new process, and what it returns is the exit status; an
  /// exception's text goes to the parent. Before other threads are started.
  explicit KeeperProcess(const std::function<int(Keeper&)>& work);
  ~KeeperProcess();
  KeeperProcess(const KeeperProcess&) = delete;
  KeeperProcess& operator=(const KeeperProcess&) = delete;

  /// Signals do what they did before; only an end of this process ends the keeper then.
  void leave_signals() const;
  /// Whether it has ended, or does within `bound`.
  bool has_ended(std::chrono::milliseconds bound) const;
  /// Waits for its end; SIGINT, SIGTERM, SIGHUP and SIGQUIT make it stop. Returns `work`'s result,
  /// or 128 and the signal. Throws std::runtime_error with what `work` threw, or when it was
  /// killed: then its descendants were killed too. Throws NotHere when `work` did.
  int wait();

 private:
  int finish(int status);

  pid_t pid_ = -1;
  attach::Descriptor stop_;    ///< the keeper stops when this is closed
  attach::Descriptor report_;  ///< an exception: '!' for NotHere or ':', and its text
};

}  // namespace dfurig::wine
