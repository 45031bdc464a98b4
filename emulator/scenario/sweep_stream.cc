#include "scenario/sweep_stream.h"

#include <algorithm>

#include "fault/request_watcher.h"
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
  RecordingLink(std::unique_ptr<usbip::Link> link, std::vector<Recording::Connection>& connections)
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
  std::vector<Recording::Connection>& connections_;
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

/// "DFU_DNLOAD wValue=2 (write)" for each transfer.
std::vector<std::string> texts_of(const std::vector<usb::Transfer>& transfers) {
  std::vector<std::string> texts;
  fault::RequestWatcher watcher;
  for (const usb::Transfer& it : transfers) {
    const bool is_out = !it.setup.is_device_to_host();
    watcher.see(it.setup, is_out ? ByteView(it.data) : ByteView());
    texts.push_back(watcher.text());
  }
  return texts;
}

/// Sends all connections to a device of its own, split before byte `split` and ended before byte
/// `end`; returns all that came back.
Bytes send(const std::vector<Recording::Connection>& connections, Bench& bench, std::size_t split,
           std::size_t end) {
  Bytes answers;
  std::size_t position = 0;
  Instant now = std::chrono::seconds(1);
  for (const Recording::Connection& connection : connections) {
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

}  // namespace

Recording record(const Scenario& scenario, const RunOptions& options) {
  Recording recording;
  RunOptions recorded = options;
  recorded.wrap_connector = [&recording](usbip::Connector connector) {
    usbip::Connector wrapped = connector;
    wrapped.connect = [&recording, connect = std::move(connector.connect)] {
      return std::make_unique<RecordingLink>(connect(), recording.connections);
    };
    return wrapped;
  };
  Bench bench(scenario, recorded);
  bench.rig().injection().armed().add(counting(fault::Kind::MemoryPowerCut));
  const Report report = bench.run();
  recording.requests = texts_of(bench.rig().transfers());
  recording.flash_operations = bench.rig().injection().armed().met(fault::Kind::MemoryPowerCut);
  if (report.has_failures()) {
    recording.why_not = "the scenario fails without a fault";
    return recording;
  }
  Bench again(scenario, options);
  again.set_up();
  recording.answers = send(recording.connections, again, nowhere, nowhere);
  recording.flash = content_of(again.rig().board().chip().flash());
  if (recording.flash != content_of(bench.rig().board().chip().flash())) {
    recording.why_not = "what its tools send does not have the same effect when it is sent again";
  }
  return recording;
}

Verdict Stream::split_at(std::size_t at) const {
  Bench bench(scenario_, options_);
  bench.set_up();
  const Bytes answers = send(recording_.connections, bench, at, nowhere);
  const bool is_same = answers == recording_.answers &&
                       content_of(bench.rig().board().chip().flash()) == recording_.flash;
  return is_same ? Verdict::Passes : Verdict::Silent;
}

Verdict Stream::cut_at(std::size_t at) const {
  Bench bench(scenario_, options_);
  bench.set_up();
  send(recording_.connections, bench, nowhere, at);
  bench.start_again();
  send(recording_.connections, bench, nowhere, nowhere);
  const bool is_same = content_of(bench.rig().board().chip().flash()) == recording_.flash;
  return is_same ? Verdict::Told : Verdict::Brick;
}

}  // namespace dfurig::scenario
