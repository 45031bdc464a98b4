#include "scenario/sweep_stream.h"

#include <algorithm>

#include "scenario/bench.h"
#include "usbip/session.h"

namespace dfurig::scenario {
namespace {

constexpr std::size_t nowhere = SIZE_MAX;
// Enough for what a device does between two messages when its operations take no time.
constexpr std::chrono::milliseconds between_messages{1};

/// Remembers what is sent.
class RecordingLink : public usbip::Link {
 public:
  RecordingLink(std::unique_ptr<usbip::Link> link, std::vector<std::vector<Bytes>>& connections)
      : link_(std::move(link)), connections_(connections), own_(connections.size()) {
    connections.emplace_back();
  }
  void send(ByteView bytes) override {
    connections_[own_].emplace_back(bytes.begin(), bytes.end());
    link_->send(bytes);
  }
  Bytes receive() override { return link_->receive(); }
  bool is_closed() const override { return link_->is_closed(); }
  int poll_descriptor() const override { return link_->poll_descriptor(); }
  void let_pass(Duration duration) override { link_->let_pass(duration); }
  std::optional<Duration> due_in() const override { return link_->due_in(); }

 private:
  std::unique_ptr<usbip::Link> link_;
  std::vector<std::vector<Bytes>>& connections_;
  std::size_t own_;
};

Bytes content_of(const stm32::Flash& flash) {
  return {flash.content().begin(), flash.content().end()};
}

void append(Bytes& all, const std::vector<Bytes>& replies) {
  for (const Bytes& it : replies) all.insert(all.end(), it.begin(), it.end());
}

/// A fault that never strikes, and so counts what it would strike.
fault::Fault counting(fault::Kind kind) {
  fault::Fault fault;
  fault.kind = kind;
  fault.may_miss = true;
  fault.occasion.first = fault::Occasion::always;
  return fault;
}

}  // namespace

Stream::Stream(const Scenario& scenario, const RunOptions& options)
    : scenario_(scenario), options_(options) {
  RunOptions recording = options;
  recording.wrap_connector = [this](usbip::Connector connector) {
    usbip::Connector recorded = connector;
    recorded.connect = [this, connect = std::move(connector.connect)] {
      return std::make_unique<RecordingLink>(connect(), connections_);
    };
    return recorded;
  };
  Bench bench(scenario, recording);
  bench.rig().injection().armed().add(counting(fault::Kind::MemoryPowerCut));
  const Report report = bench.run();
  transfers_ = bench.rig().transfers();
  flash_operations_ = bench.rig().injection().armed().met(fault::Kind::MemoryPowerCut);
  if (report.has_failures()) why_not_ = "the scenario fails without a fault";
  if (!why_not_.empty()) return;
  Bench again(scenario_, options_);
  again.set_up();
  answers_ = send(again, nowhere, nowhere);
  flash_ = content_of(again.rig().board().chip().flash());
  if (flash_ != content_of(bench.rig().board().chip().flash())) {
    why_not_ = "what its tools send does not have the same effect when it is sent again";
  }
}

std::size_t Stream::size() const {
  std::size_t size = 0;
  for (const Connection& connection : connections_) {
    for (const Bytes& message : connection) size += message.size();
  }
  return size;
}

Bytes Stream::send(Bench& bench, std::size_t split, std::size_t end) const {
  Bytes answers;
  std::size_t position = 0;
  Instant now = std::chrono::seconds(1);
  for (const Connection& connection : connections_) {
    usbip::Session session(bench.exports());
    for (const Bytes& message : connection) {
      const std::size_t next = position + message.size();
      const ByteView all = ByteView(message).first(std::min(end, next) - std::min(end, position));
      const std::size_t cut = split > position && split < next ? split - position : all.size();
      session.receive(all.first(std::min(cut, all.size())), now);
      if (cut < all.size()) session.receive(all.subspan(cut), now);
      append(answers, session.take_replies());
      now += between_messages;
      session.advance(now);
      append(answers, session.take_replies());
      position = next;
      if (position >= end) return answers;
    }
    bench.exports().advance(now);
  }
  return answers;
}

Verdict Stream::split_at(std::size_t at) const {
  Bench bench(scenario_, options_);
  bench.set_up();
  const bool is_same = send(bench, at, nowhere) == answers_ &&
                       content_of(bench.rig().board().chip().flash()) == flash_;
  return is_same ? Verdict::Passes : Verdict::Silent;
}

Verdict Stream::cut_at(std::size_t at) const {
  Bench bench(scenario_, options_);
  bench.set_up();
  send(bench, nowhere, at);
  bench.start_again();
  send(bench, nowhere, nowhere);
  const bool is_same = content_of(bench.rig().board().chip().flash()) == flash_;
  return is_same ? Verdict::Told : Verdict::Brick;
}

}  // namespace dfurig::scenario
