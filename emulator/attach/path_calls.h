// Answers the tool's calls that name files: what the virtual tree covers comes from there.
#pragma once

#include <functional>
#include <string>

#include "attach/listener.h"
#include "attach/not_emulated.h"
#include "attach/virtual_tree.h"

namespace dfurig::attach {

class PathCalls {
 public:
  /// Opens a USB device node; answers the call.
  using OpenNode =
      std::function<void(const Call& call, const std::string& path, bool closes_on_exec)>;
  /// The path of the node a descriptor of the caller is; absent: it is something else.
  using FindNode = std::function<std::optional<std::string>(const Call& call, int descriptor)>;

  PathCalls(Listener& listener, const VirtualTree& tree, NotEmulated& not_emulated,
            OpenNode open_node, FindNode find_node)
      : listener_(listener),
        tree_(tree),
        not_emulated_(not_emulated),
        open_node_(std::move(open_node)),
        find_node_(std::move(find_node)) {}

  /// True when the call is one of those that name a file. It is answered then.
  bool answer(const Call& call);

 private:
  struct Named;
  struct Kind;
  static const Kind* find_kind(int number);
  static bool follows_last_link(const Call& call, const Kind& kind);

  /// What the call names; absent: the kernel's business.
  std::optional<Named> resolve(const Call& call, const Kind& kind) const;
  std::optional<Named> name_of_descriptor(const Call& call, int descriptor) const;
  std::optional<Named> name_in_proc(const Call& call, const std::string& path) const;
  Result perform(const Call& call, const Kind& kind, const Named& named) const;
  Result may(const Named& named, int mode) const;
  bool is_in_sysfs(const Named& named) const;
  void change_folder(const Call& call, const Named& named);
  void open(const Call& call, const Kind& kind, const Named& named) const;
  Result stat(const Call& call, const Named& named, std::uint64_t buffer) const;
  Result statx(const Call& call, const Named& named) const;
  Result read_link(const Call& call, const Named& named, std::uint64_t buffer,
                   std::uint64_t size) const;
  Result statfs(const Call& call, const Named& named) const;

  Listener& listener_;
  const VirtualTree& tree_;
  NotEmulated& not_emulated_;
  OpenNode open_node_;
  FindNode find_node_;
};

}  // namespace dfurig::attach
