#include "fault/faulty_link.h"

#include <algorithm>
#include <deque>
#include <utility>

namespace dfurig::fault {
namespace {

/// One direction of one connection: what was put in comes out with what faults make of it.
class Lane {
 public:
  Lane(bool is_to_host, Armed& armed, std::uint64_t& position)
      : is_to_host_(is_to_host), armed_(armed), position_(position) {}

  void put(ByteView bytes, Instant now);
  /// What is due, piece by piece; `is_waited_for`: nothing more comes before somebody answers.
  std::optional<Bytes> take(Instant now, bool is_waited_for);
  std::optional<Instant> next_due() const;
  /// The connection breaks when all before has come out.
  bool is_broken() const { return is_broken_ && pieces_.empty() && merged_.empty(); }

 private:
  struct Piece {
    Bytes bytes;
    Instant due{};
  };
  const Fault* find(Kind kind, std::uint64_t size);
  std::size_t place_of(const Fault& fault, std::uint64_t size) const;
  void damage(Bytes& bytes);

  bool is_to_host_;
  Armed& armed_;
  std::uint64_t& position_;
  std::deque<Piece> pieces_;
  Bytes merged_;
  std::size_t merge_ = 0;
  bool is_broken_ = false;
};

/// Damage strikes at its byte, or, by chance, at any message; the rest from its byte on.
const Fault* Lane::find(Kind kind, std::uint64_t size) {
  const bool is_damage = kind == Kind::StreamDrop || kind == Kind::StreamDuplicate ||
                         kind == Kind::StreamCorrupt || kind == Kind::StreamReset;
  return armed_.find(
      kind,
      [&](const Fault& it) {
        if (it.stream.is_to_host != is_to_host_) return false;
        if (position_ + size <= it.stream.offset) return false;
        return !is_damage || it.occasion.probability || it.stream.offset >= position_;
      },
      std::string("byte ") + std::to_string(position_) + " to the " +
          (is_to_host_ ? "host" : "device"));
}

std::size_t Lane::place_of(const Fault& fault, std::uint64_t size) const {
  if (fault.stream.offset <= position_) return 0;
  return static_cast<std::size_t>(std::min(fault.stream.offset - position_, size));
}

void Lane::damage(Bytes& bytes) {
  const std::uint64_t size = bytes.size();
  if (const Fault* it = find(Kind::StreamCorrupt, size)) {
    const std::size_t at = place_of(*it, size);
    for (std::size_t i = 0; i < it->bits.size() && at + i < bytes.size(); ++i) {
      bytes[at + i] ^= it->bits[i];
    }
  }
  if (const Fault* it = find(Kind::StreamReset, size)) {
    bytes.resize(place_of(*it, size));
    is_broken_ = true;
  }
  if (const Fault* it = find(Kind::StreamDrop, size)) {
    const std::size_t at = std::min(place_of(*it, size), bytes.size());
    const std::size_t count = std::min(it->bytes, bytes.size() - at);
    const auto first = bytes.begin() + static_cast<std::ptrdiff_t>(at);
    bytes.erase(first, first + static_cast<std::ptrdiff_t>(count));
  }
  if (const Fault* it = find(Kind::StreamDuplicate, size)) {
    const std::size_t at = std::min(place_of(*it, size), bytes.size());
    const std::size_t count = std::min(it->bytes, bytes.size() - at);
    const auto first = bytes.begin() + static_cast<std::ptrdiff_t>(at);
    const Bytes copy(first, first + static_cast<std::ptrdiff_t>(count));
    bytes.insert(first, copy.begin(), copy.end());
  }
}

void Lane::put(ByteView view, Instant now) {
  if (is_broken_ || view.empty()) return;
  Bytes bytes(view.begin(), view.end());
  const std::uint64_t size = bytes.size();
  damage(bytes);
  Instant due = now;
  if (const Fault* it = find(Kind::StreamDelay, size)) due += it->delay;
  std::size_t piece = std::max<std::size_t>(bytes.size(), 1);
  if (const Fault* it = find(Kind::StreamSplit, size)) piece = it->bytes;
  if (const Fault* it = find(Kind::StreamMerge, size)) merge_ = it->bytes;
  position_ += size;
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    const ByteView part = ByteView(bytes).subspan(at, std::min(piece, bytes.size() - at));
    pieces_.push_back({Bytes(part.begin(), part.end()), due});
  }
}

std::optional<Bytes> Lane::take(Instant now, bool is_waited_for) {
  while (!pieces_.empty() && pieces_.front().due <= now) {
    Bytes bytes = std::move(pieces_.front().bytes);
    pieces_.pop_front();
    if (merge_ == 0) return bytes;
    merged_.insert(merged_.end(), bytes.begin(), bytes.end());
  }
  const bool is_enough = merged_.size() >= merge_ || is_waited_for;
  if (merged_.empty() || !is_enough) return std::nullopt;
  return std::exchange(merged_, {});
}

std::optional<Instant> Lane::next_due() const {
  if (!merged_.empty()) return Instant{0};
  if (pieces_.empty()) return std::nullopt;
  return pieces_.front().due;
}

class FaultyLink : public usbip::Link {
 public:
  FaultyLink(std::unique_ptr<usbip::Link> link, Armed& armed, StreamPositions& positions,
             const Clock& clock)
      : link_(std::move(link)),
        to_device_(false, armed, positions.to_device),
        to_host_(true, armed, positions.to_host),
        clock_(clock) {}

  void send(ByteView bytes) override {
    to_device_.put(bytes, clock_.now());
    flush(false);
  }

  Bytes receive() override {
    flush(true);
    if (!to_device_.is_broken()) to_host_.put(link_->receive(), clock_.now());
    return to_host_.take(clock_.now(), true).value_or(Bytes());
  }

  bool is_closed() const override {
    if (to_device_.is_broken() || to_host_.is_broken()) return true;
    return link_->is_closed() && !to_host_.next_due();
  }

  int poll_descriptor() const override { return link_->poll_descriptor(); }
  void let_pass(Duration duration) override { link_->let_pass(duration); }

  std::optional<Duration> due_in() const override {
    if (is_closed()) return Duration{0};
    // What the other end has closed has nothing more to tell by itself.
    std::optional<Duration> due;
    if (!link_->is_closed()) due = link_->due_in();
    for (const Lane* lane : {&to_device_, &to_host_}) {
      const std::optional<Instant> next = lane->next_due();
      if (!next) continue;
      const Duration in = std::max(Duration{0}, *next - clock_.now());
      if (!due || in < *due) due = in;
    }
    return due;
  }

 private:
  void flush(bool is_waited_for) {
    while (const auto bytes = to_device_.take(clock_.now(), is_waited_for)) link_->send(*bytes);
  }

  std::unique_ptr<usbip::Link> link_;
  Lane to_device_;
  Lane to_host_;
  const Clock& clock_;
};

}  // namespace

usbip::Connector faulty_connector(usbip::Connector connector, Armed& armed,
                                  StreamPositions& positions, const Clock& clock) {
  usbip::Connector faulty = connector;
  faulty.connect = [connect = std::move(connector.connect), &armed, &positions, &clock] {
    return std::make_unique<FaultyLink>(connect(), armed, positions, clock);
  };
  return faulty;
}

}  // namespace dfurig::fault
