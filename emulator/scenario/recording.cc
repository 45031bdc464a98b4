#include "scenario/recording.h"

#include "scenario/result_bytes.h"

namespace dfurig::scenario {

std::size_t Recording::size() const {
  std::size_t size = 0;
  for (const Connection& connection : connections) {
    for (const Bytes& message : connection) size += message.size();
  }
  return size;
}

Bytes encode_recording(const Recording& recording) {
  ByteWriter out;
  append_text(out, recording.why_not);
  append_number(out, recording.requests.size());
  for (const std::string& it : recording.requests) append_text(out, it);
  append_number(out, recording.flash_operations);
  append_number(out, recording.connections.size());
  for (const Recording::Connection& connection : recording.connections) {
    append_number(out, connection.size());
    for (const Bytes& message : connection) append_bytes(out, message);
  }
  append_bytes(out, recording.answers);
  append_bytes(out, recording.flash);
  return out.take();
}

std::optional<Recording> parse_recording(ByteView bytes) {
  ResultReader reader(bytes);
  Recording recording;
  recording.why_not = reader.text();
  for (std::uint64_t i = reader.number(); i > 0 && reader.is_whole(); --i) {
    recording.requests.push_back(reader.text());
  }
  recording.flash_operations = reader.number();
  for (std::uint64_t i = reader.number(); i > 0 && reader.is_whole(); --i) {
    Recording::Connection& connection = recording.connections.emplace_back();
    for (std::uint64_t k = reader.number(); k > 0 && reader.is_whole(); --k) {
      connection.push_back(reader.bytes());
    }
  }
  recording.answers = reader.bytes();
  recording.flash = reader.bytes();
  if (!reader.is_exact()) return std::nullopt;
  return recording;
}

}  // namespace dfurig::scenario
