#include "scenario/expect_transcript.h"

#include "scenario/in_words.h"
#include "support/hex.h"

namespace dfurig::scenario {
namespace {

struct ReplyName {
  std::string operator()(const usb::DataStage&) const { return "data"; }
  std::string operator()(const usb::Ack&) const { return "ACK"; }
  std::string operator()(const usb::Stall&) const { return "STALL"; }
  std::string operator()(const usb::NoReply&) const { return "no reply"; }
  std::string operator()(const usb::BusError&) const { return "bus error"; }
};

/// "DFU_DNLOAD erase 0x08004000 -> ACK"
std::string text_of(const TransferExpectation& expected) {
  std::string text = expected.what.request.empty() ? "a request" : expected.what.request;
  if (!expected.what.operation.empty()) text += " (" + expected.what.operation + ")";
  if (expected.what.wValue) text += " wValue=" + std::to_string(*expected.what.wValue);
  if (expected.what.address) text += " at " + hex(*expected.what.address);
  if (!expected.reply.empty()) text += " -> " + expected.reply;
  return text;
}

void check_count(const TransferExpectation& expected, const std::vector<usb::Transfer>& transfers,
                 std::vector<Failure>& failures) {
  std::uint32_t count = 0;
  walk(transfers, [&](const fault::RequestWatcher& watcher, const usb::Transfer& transfer) {
    count += is_what(expected, watcher, transfer);
  });
  const Range<std::uint32_t> range = expected.count.value_or(Range<std::uint32_t>{1, std::nullopt});
  if (range.contains(count)) return;
  const auto times = [](std::uint32_t number) { return std::to_string(number) + " times"; };
  failures.push_back({text_of(expected),
                      range_text(range, times),
                      times(count),
                      {"expected at " + expected.place}});
}

void check_order(const std::vector<TransferExpectation>& order,
                 const std::vector<usb::Transfer>& transfers, std::vector<Failure>& failures) {
  std::size_t next = 0;
  walk(transfers, [&](const fault::RequestWatcher& watcher, const usb::Transfer& transfer) {
    next += next < order.size() && is_what(order[next], watcher, transfer);
  });
  if (next == order.size()) return;
  const std::string after = next == 0 ? "" : " after " + text_of(order[next - 1]);
  failures.push_back({"order", text_of(order[next]) + after, "it does not come", {}});
}

}  // namespace

bool is_what(const TransferExpectation& expected, const fault::RequestWatcher& watcher,
             const usb::Transfer& transfer) {
  return watcher.meets(expected.what) &&
         (expected.reply.empty() || expected.reply == reply_name(transfer.reply));
}

/// Of each kind of reply, in any order.
const std::vector<std::string>& reply_names() {
  static const std::vector<std::string> names = {
      reply_name(usb::Ack{}), reply_name(usb::Stall{}), reply_name(usb::DataStage{}),
      reply_name(usb::NoReply{}), reply_name(usb::BusError{})};
  return names;
}

std::string reply_name(const usb::ControlReply& reply) {
  return std::visit(ReplyName(), reply);
}

void check_transcript(const TranscriptExpectation& expect,
                      const std::vector<usb::Transfer>& transfers, std::vector<Failure>& failures) {
  for (const TransferExpectation& it : expect.sent) check_count(it, transfers, failures);
  if (!expect.order.empty()) check_order(expect.order, transfers, failures);
}

}  // namespace dfurig::scenario
