// Turns the bytes a client sends into requests, however the stream is cut into pieces.
#pragma once

#include <string>
#include <variant>

#include "usbip/messages.h"

namespace dfurig::usbip {

/// The stream cannot be understood any further: close it.
struct ProtocolError {
  std::string reason;
  bool operator==(const ProtocolError&) const = default;
};

/// More bytes are needed before there is anything to return.
struct NeedMore {
  bool operator==(const NeedMore&) const = default;
};

using Request =
    std::variant<NeedMore, ProtocolError, OpReqDevlist, OpReqImport, CmdSubmit, CmdUnlink>;

class Decoder {
 public:
  /// A connection starts with operations; after an import it carries URB commands only.
  void expect_urbs() { expects_urbs_ = true; }

  void feed(ByteView bytes);
  /// The next whole request. After a ProtocolError every call returns one.
  Request next();

 private:
  Request next_operation();
  Request next_urb();
  Request next_submit();
  Request fail(const std::string& reason);
  ByteView pending() const { return ByteView(buffer_).subspan(consumed_); }

  Bytes buffer_;
  std::size_t consumed_ = 0;
  bool expects_urbs_ = false;
  std::string failure_;
};

}  // namespace dfurig::usbip
