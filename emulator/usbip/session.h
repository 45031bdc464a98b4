// One USB/IP connection as a value machine: bytes in, bytes out, with time passed in.
#pragma once

#include <deque>
#include <optional>
#include <string>

#include "usbip/decoder.h"
#include "usbip/exports.h"

namespace dfurig::usbip {

class Session {
 public:
  /// `exports` must outlive the session.
  explicit Session(Exports& exports) : exports_(exports) {}
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  /// Takes what the client sent.
  void receive(ByteView bytes, Instant now);
  /// Lets time pass: replies that were held become due, the device may detach.
  void advance(Instant now);
  /// The replies that are due, each to be written as a whole.
  std::vector<Bytes> take_replies();
  /// When `advance` has something to do, if nothing is received before.
  std::optional<Instant> next_event() const;
  /// No more replies will come after those taken: close the connection.
  bool is_closed() const { return closed_; }
  /// Why the session closed itself, for the log; empty when the client closed, or got the list it
  /// asked for.
  const std::string& close_reason() const { return close_reason_; }

 private:
  /// A transfer whose reply is not due yet, or never.
  struct Pending {
    CmdSubmit submit;
    Instant started{};
    bool was_given_to_device = false;
    std::optional<Instant> due;  ///< absent: until it is unlinked
    usb::ControlReply reply;
  };

  void handle(const OpReqDevlist& request, Instant now);
  void handle(const OpReqImport& request, Instant now);
  void handle(const CmdSubmit& request, Instant now);
  void handle(const CmdUnlink& request, Instant now);
  void handle(const ProtocolError& error, Instant now);
  void handle(const NeedMore&, Instant) {}

  void start_next_control(Instant now);
  void finish_due(Instant now);
  void finish(const Pending& pending, Instant now);
  void record(const Pending& pending, const Bytes& data, Instant now);
  void close(const std::string& reason);
  Pending* current_control();
  bool is_gone() const;

  Exports& exports_;
  Export* imported_ = nullptr;
  std::uint32_t attachment_ = 0;  ///< of the imported device, when it was imported
  Decoder decoder_;
  std::deque<Pending> pending_;
  std::vector<Bytes> replies_;
  bool closed_ = false;
  std::string close_reason_;
};

/// The one place where a reply becomes a URB status: 0, 0, -EPIPE, -EPROTO. NoReply never gets
/// here.
std::int32_t urb_status_of(const usb::ControlReply& reply);

/// How an export describes itself in a device list and in an import reply.
DeviceRecord describe(const Export& entry);

}  // namespace dfurig::usbip
