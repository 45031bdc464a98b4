#include "attach/listener.h"

#include <fcntl.h>
#include <linux/seccomp.h>
#include <sys/ioctl.h>

#include <algorithm>
#include <cerrno>

// Linux 6.6; Debian 12's headers lack them.
#ifndef SECCOMP_IOCTL_NOTIF_SET_FLAGS
#define SECCOMP_IOCTL_NOTIF_SET_FLAGS SECCOMP_IOW(4, __u64)
#define SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP (1UL << 0)
#endif

namespace dfurig::attach {
namespace {

seccomp_notif_addfd duplicate(const Call& call, int descriptor, bool closes_on_exec) {
  seccomp_notif_addfd added{};
  added.id = call.id;
  added.srcfd = static_cast<unsigned>(descriptor);
  added.newfd_flags = closes_on_exec ? O_CLOEXEC : 0;
  return added;
}

}  // namespace

/// Tool and wrapper take turns: waking each other on the same processor is quicker. A kernel that
/// cannot do it refuses, and works as before.
Listener::Listener(Descriptor descriptor) : descriptor_(std::move(descriptor)) {
  ioctl(descriptor_.get(), SECCOMP_IOCTL_NOTIF_SET_FLAGS, SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP);
}

std::optional<Call> Listener::receive() {
  seccomp_notif notification{};
  if (ioctl(descriptor_.get(), SECCOMP_IOCTL_NOTIF_RECV, &notification) != 0) return std::nullopt;
  Call call{notification.id,
            static_cast<pid_t>(notification.pid),
            notification.data.arch,
            notification.data.nr,
            {}};
  std::copy(std::begin(notification.data.args), std::end(notification.data.args),
            call.arguments.begin());
  if (!holds(call.pid)) held_.push_back(call.pid);
  return call;
}

bool Listener::holds(pid_t thread) const {
  return std::find(held_.begin(), held_.end(), thread) != held_.end();
}

void Listener::forget(const Call& call) {
  std::erase(held_, call.pid);
}

// A reply to a call whose thread died fails with ENOENT: nobody waits for it.

void Listener::reply(const Call& call, Result result) {
  forget(call);
  seccomp_notif_resp response{};
  response.id = call.id;
  response.val = result < 0 ? 0 : result;
  response.error = result < 0 ? static_cast<int>(result) : 0;
  ioctl(descriptor_.get(), SECCOMP_IOCTL_NOTIF_SEND, &response);
}

void Listener::proceed(const Call& call) {
  forget(call);
  seccomp_notif_resp response{};
  response.id = call.id;
  response.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
  ioctl(descriptor_.get(), SECCOMP_IOCTL_NOTIF_SEND, &response);
}

void Listener::inject(const Call& call, int descriptor, bool closes_on_exec) {
  forget(call);
  seccomp_notif_addfd added = duplicate(call, descriptor, closes_on_exec);
  added.flags = SECCOMP_ADDFD_FLAG_SEND;
  if (ioctl(descriptor_.get(), SECCOMP_IOCTL_NOTIF_ADDFD, &added) < 0) reply(call, -errno);
}

void Listener::inject_at(const Call& call, int descriptor, unsigned number, bool closes_on_exec) {
  forget(call);
  seccomp_notif_addfd added = duplicate(call, descriptor, closes_on_exec);
  added.flags = SECCOMP_ADDFD_FLAG_SEND | SECCOMP_ADDFD_FLAG_SETFD;
  added.newfd = number;
  if (ioctl(descriptor_.get(), SECCOMP_IOCTL_NOTIF_ADDFD, &added) >= 0) return;
  // EBADF: the tool has lowered its limit since; it gets the lowest number then.
  errno == EBADF ? inject(call, descriptor, closes_on_exec) : reply(call, -errno);
}

bool Listener::add_at(const Call& call, int descriptor, unsigned number) {
  seccomp_notif_addfd added = duplicate(call, descriptor, true);
  added.flags = SECCOMP_ADDFD_FLAG_SETFD;
  added.newfd = number;
  return ioctl(descriptor_.get(), SECCOMP_IOCTL_NOTIF_ADDFD, &added) >= 0;
}

bool Listener::is_alive(const Call& call) const {
  std::uint64_t id = call.id;
  return ioctl(descriptor_.get(), SECCOMP_IOCTL_NOTIF_ID_VALID, &id) == 0;
}

}  // namespace dfurig::attach
