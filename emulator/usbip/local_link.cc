#include "usbip/local_link.h"

#include <algorithm>
#include <utility>

#include "usbip/session.h"

namespace dfurig::usbip {
namespace {

class LocalLink : public Link {
 public:
  LocalLink(Exports& exports, const Clock& clock, std::function<void(Duration)> let_pass)
      : session_(exports), clock_(clock), let_pass_(std::move(let_pass)) {}

  void send(ByteView bytes) override {
    if (!session_.is_closed()) session_.receive(bytes, clock_.now());
    collect();
  }

  Bytes receive() override {
    if (!session_.is_closed()) session_.advance(clock_.now());
    collect();
    return std::exchange(received_, {});
  }

  bool is_closed() const override { return session_.is_closed() && received_.empty(); }
  int poll_descriptor() const override { return -1; }
  void let_pass(Duration duration) override {
    let_pass_ ? let_pass_(duration) : Link::let_pass(duration);
  }

  std::optional<Duration> due_in() const override {
    if (!received_.empty() || session_.is_closed()) return Duration{0};
    const std::optional<Instant> next = session_.next_event();
    if (!next) return std::nullopt;
    return std::max(Duration{0}, *next - clock_.now());
  }

 private:
  void collect() {
    for (const Bytes& reply : session_.take_replies()) {
      received_.insert(received_.end(), reply.begin(), reply.end());
    }
  }

  Session session_;
  const Clock& clock_;
  std::function<void(Duration)> let_pass_;
  Bytes received_;
};

std::optional<Duration> due_in(const Exports& exports, const Clock& clock) {
  std::optional<Duration> shortest;
  for (const auto& entry : exports.all()) {
    const std::optional<Instant> next = entry->device->next_event();
    if (!next) continue;
    const Duration left = std::max(Duration{0}, *next - clock.now());
    shortest = std::min(left, shortest.value_or(left));
  }
  return shortest;
}

}  // namespace

Connector local_connector(Exports& exports, const Clock& clock,
                          const std::function<void(Duration)>& let_pass) {
  return {[&exports, &clock, let_pass] {
            return std::make_unique<LocalLink>(exports, clock, let_pass);
          },
          true, [&exports, &clock] { return due_in(exports, clock); }};
}

}  // namespace dfurig::usbip
