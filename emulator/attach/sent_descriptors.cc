#include "attach/sent_descriptors.h"

#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

#include "attach/process_memory.h"

namespace dfurig::attach {
namespace {

/// As many as a message takes (SCM_MAX_FD, linux/net/scm.h).
constexpr std::size_t count_max = 253;

bool has_descriptor(pid_t thread, int number) {
  struct stat status {};
  const std::string path = "/proc/" + std::to_string(thread) + "/fd/" + std::to_string(number);
  return lstat(path.c_str(), &status) == 0;
}

/// What sendmsg() is told, as it is to lie at `address`: one message of one byte and descriptors.
Bytes make_message(std::uint64_t address, const std::vector<int>& numbers) {
  const std::size_t size_of_numbers = numbers.size() * sizeof(int);
  const std::size_t vector_at = sizeof(msghdr);
  const std::size_t control_at = vector_at + sizeof(iovec);
  Bytes message(control_at + CMSG_SPACE(size_of_numbers));
  const iovec byte{reinterpret_cast<void*>(address), 1};
  msghdr header{};
  header.msg_iov = reinterpret_cast<iovec*>(address + vector_at);
  header.msg_iovlen = 1;
  header.msg_control = reinterpret_cast<void*>(address + control_at);
  header.msg_controllen = message.size() - control_at;
  cmsghdr control{};
  control.cmsg_len = CMSG_LEN(size_of_numbers);
  control.cmsg_level = SOL_SOCKET;
  control.cmsg_type = SCM_RIGHTS;
  std::memcpy(message.data(), &header, sizeof header);
  std::memcpy(message.data() + vector_at, &byte, sizeof byte);
  std::memcpy(message.data() + control_at, &control, sizeof control);
  std::memcpy(message.data() + control_at + CMSG_LEN(0), numbers.data(), size_of_numbers);
  return message;
}

/// The thread's stack is afterwards as it was.
bool send(BorrowedThread& thread, pid_t id, unsigned socket, const std::vector<int>& numbers) {
  const std::size_t size = make_message(0, numbers).size();
  const std::uint64_t address = thread.room(size);
  const std::optional<Bytes> before = read_bytes(id, address, size);
  const Bytes message = make_message(address, numbers);
  if (!before || !write_memory(id, address, message.data(), size)) return false;
  const std::optional<Result> sent = thread.perform(SYS_sendmsg, {socket, address, 0});
  write_memory(id, address, before->data(), size);
  return sent == 1;
}

}  // namespace

bool SentDescriptors::open_socket() {
  std::array<int, 2> ends{};
  if (ours_.is_open()) return true;
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) != 0) return false;
  ours_ = Descriptor(ends[0]);
  theirs_ = Descriptor(ends[1]);
  return true;
}

std::vector<Descriptor> SentDescriptors::receive(std::size_t count) {
  char byte = 0;
  iovec vector{&byte, 1};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(count_max * sizeof(int))> control{};
  msghdr message{};
  message.msg_iov = &vector;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  if (recvmsg(ours_.get(), &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC) < 0) return {};
  const cmsghdr* rights = CMSG_FIRSTHDR(&message);
  if (rights == nullptr || rights->cmsg_len != CMSG_LEN(count * sizeof(int))) return {};
  std::vector<int> numbers(count);
  std::memcpy(numbers.data(), CMSG_DATA(rights), count * sizeof(int));
  std::vector<Descriptor> descriptors;
  for (const int it : numbers) descriptors.emplace_back(it);
  return descriptors;
}

std::optional<std::vector<Descriptor>> SentDescriptors::fetch(const Call& call,
                                                              const std::vector<int>& numbers) {
  const std::optional<unsigned> lent = find_free_descriptor(lent_, call.pid);
  if (!lent || numbers.size() > count_max || !open_socket()) return std::nullopt;
  BorrowedThread thread(listener_, call, theirs_.get(), *lent);
  if (!thread.is_ours()) return std::nullopt;
  if (send(thread, call.pid, *lent, numbers)) return receive(numbers.size());
  ours_.reset();  // it may have sent them before it died
  return std::vector<Descriptor>{};
}

/// Threads that were ended before they made their call again.
void SentDescriptors::forget_the_dead() {
  std::erase_if(sent_, [](const auto& it) { return kill(it.first, 0) != 0 && errno == ESRCH; });
}

std::optional<DescriptorCopyList> SentDescriptors::take(const Call& call,
                                                        const std::vector<int>& numbers) {
  auto sent = sent_.extract(call.pid);
  if (!sent.empty() && sent.mapped().numbers == numbers) return std::move(sent.mapped().copies);
  forget_the_dead();
  std::vector<int> open;
  DescriptorCopyList copies(numbers.size());
  const int denied = numbers.size() > count_max ? EOPNOTSUPP : EPERM;
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const bool is_open = has_descriptor(call.pid, numbers[i]);
    copies[i].error = is_open ? denied : EBADF;
    if (is_open) open.push_back(numbers[i]);
  }
  if (open.empty()) return copies;
  auto files = fetch(call, open);
  if (!files) return copies;
  auto next = files->begin();
  for (DescriptorCopy& it : copies) {
    if (it.error == denied && next != files->end()) it = {std::move(*next++), 0};
  }
  sent_[call.pid] = {numbers, std::move(copies)};
  return std::nullopt;
}

}  // namespace dfurig::attach
