#include "usbip/local_link.h"

#include <algorithm>
#include <utility>

#include "usbip/session.h"

namespace dfurig::usbip {
namespace {

class LocalLink : public Link {
 public:
  LocalLink(Exports& exports, const Clock& clock) : session_(exports), clock_(clock) {}

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

Connector local_connector(Exports& exports, const Clock& clock) {
  return {[&exports, &clock] { return std::make_unique<LocalLink>(exports, clock); }, true,
          [&exports, &clock] { return due_in(exports, clock); }};
}

}  // namespace dfurig::usbip
