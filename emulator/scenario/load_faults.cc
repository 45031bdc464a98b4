#include "scenario/load_faults.h"

#include <cmath>

#include "dfu/transfer_text.h"
#include "fault/request_watcher.h"
#include "scenario/load_given.h"

namespace dfurig::scenario {
namespace {

using fault::Fault;
using fault::Kind;
using fault::Seam;

constexpr double delay_ms_max = 3'600'000;

std::vector<std::string> kind_names() {
  std::vector<std::string> names;
  for (const fault::KindInfo& it : fault::kinds()) names.push_back(it.name);
  return names;
}

/// Of a fault that is a property of the memory, not an event.
bool lasts(Kind kind) {
  return kind == Kind::MemoryStuckBits || kind == Kind::MemoryWearsOut ||
         kind == Kind::StreamSplit || kind == Kind::StreamMerge || kind == Kind::StreamDelay;
}

fault::Occasion read_occasion(const model::Reader& when, Kind kind) {
  fault::Occasion occasion;
  if (lasts(kind)) occasion.count = fault::Occasion::always;
  if (const auto nth = when.find("nth")) {
    occasion.first = nth->number();
    if (occasion.first == 0) nth->fail("expected a number from 1 on");
  }
  if (const auto probability = when.find("probability")) {
    occasion.probability = probability->real();
    occasion.count = fault::Occasion::always;
    if (!(probability->real() > 0 && probability->real() <= 1)) {
      probability->fail("expected a number above 0, up to 1");
    }
  }
  if (const auto times = when.find("times")) {
    if (times->is_text()) {
      times->choice({"always"});
      occasion.count = fault::Occasion::always;
    } else {
      occasion.count = times->number();
      if (occasion.count == 0) times->fail("expected \"always\", or a number from 1 on");
    }
  }
  return occasion;
}

/// 12288, or { "percent": 60, "of": "app.bin" }.
std::uint64_t read_written_bytes(const model::Reader& reader, const Files& files) {
  if (!reader.is_object()) return reader.number();
  reader.allow_only({"percent", "of"});
  const double percent = reader.at("percent").real();
  if (!(percent >= 0 && percent <= 100)) reader.at("percent").fail("expected 0 to 100");
  const std::size_t size = files.size_of(reader.at("of"));
  return static_cast<std::uint64_t>(std::ceil(static_cast<double>(size) * percent / 100));
}

fault::MemoryCondition read_memory(const model::Reader& when) {
  fault::MemoryCondition condition;
  if (const auto operation = when.find("operation")) {
    const std::size_t chosen = operation->choice({"program", "erase", "option bytes"});
    condition.programs = chosen == 0;
    condition.erases = chosen == 1;
    condition.writes_options = chosen == 2;
  }
  if (const auto address = when.find("address")) {
    condition.address = address->number();
    condition.size = 1;
  }
  if (const auto size = when.find("size")) condition.size = size->number();
  return condition;
}

void read_when(const model::Reader& reader, Fault& it, const Files& files) {
  const Seam seam = fault::seam_of(it.kind);
  if (seam == Seam::Stream) reader.at("when");
  const auto when = reader.find("when");
  if (!when) {
    it.occasion.count = lasts(it.kind) ? fault::Occasion::always : 1;
    return;
  }
  std::vector<std::string> keys = {"nth", "times", "probability"};
  const auto also = [&keys](std::initializer_list<const char*> more) {
    keys.insert(keys.end(), more.begin(), more.end());
  };
  if (seam == Seam::Memory) also({"operation", "address", "size"});
  if (seam == Seam::Stream) also({"direction", "offset"});
  if (seam == Seam::Usb || seam == Seam::Bootloader) {
    keys.insert(keys.end(), request_keys().begin(), request_keys().end());
  }
  when->allow_only(keys);
  it.occasion = read_occasion(*when, it.kind);
  if (seam == Seam::Memory) it.memory = read_memory(*when);
  if (seam == Seam::Usb || seam == Seam::Bootloader)
    it.request = read_request_condition(*when, files);
  if (seam == Seam::Stream) {
    it.stream.is_to_host = when->at("direction").choice({"to_device", "to_host"}) == 1;
    if (const auto offset = when->find("offset")) it.stream.offset = offset->number();
  }
}

void read_parameters(const model::Reader& reader, Fault& it) {
  if (const auto bytes = reader.find("bytes")) {
    it.bytes = bytes->number();
    const bool may_be_0 = it.kind == Kind::UsbShort;
    if (it.bytes == 0 && !may_be_0) bytes->fail("expected a number of bytes from 1 on");
  }
  for (const char* key : {"offset", "address"}) {
    if (const auto offset = reader.find(key)) it.offset = offset->number();
  }
  if (const auto bits = reader.find("bits")) it.bits = bits->bytes();
  if (const auto level = reader.find("level")) it.level = level->number(1);
  if (const auto erases = reader.find("erases")) it.erases = erases->number();
  if (const auto poll = reader.find("poll_ms")) it.poll_ms = poll->number(0xFFFFFF);
  if (const auto status = reader.find("status")) {
    it.status = static_cast<dfu::Status>(status->choice(status_names()));
  }
  if (const auto state = reader.find("state")) {
    it.state = static_cast<dfu::State>(state->choice(state_names()));
  }
  if (const auto delay = reader.find("delay_ms")) {
    const double ms = delay->real();
    if (!(ms > 0 && ms <= delay_ms_max)) {
      delay->fail("expected milliseconds above 0, up to 3600000");
    }
    it.delay = Duration(std::llround(ms * 1e6));
  }
}

Fault read_fault(const model::Reader& reader, const Files& files) {
  Fault it;
  it.place = reader.place();
  const fault::KindInfo& info = fault::kinds()[reader.at("fault").choice(kind_names())];
  it.kind = info.kind;
  std::vector<std::string> keys = {"fault", "when", "may_miss"};
  keys.insert(keys.end(), info.required.begin(), info.required.end());
  keys.insert(keys.end(), info.optional.begin(), info.optional.end());
  reader.allow_only(keys);
  for (const std::string& key : info.required) reader.at(key);
  read_when(reader, it, files);
  read_parameters(reader, it);
  if (const auto may_miss = reader.find("may_miss")) it.may_miss = may_miss->boolean();
  const bool says_nothing =
      it.kind == Kind::BootloaderStatus && !it.status && !it.state && !it.poll_ms;
  if (says_nothing) reader.fail("expected \"status\", \"state\" or \"poll_ms\"");
  return it;
}

}  // namespace

const std::vector<std::string>& request_keys() {
  static const std::vector<std::string> keys = {"request", "operation", "wValue", "address",
                                                "written_bytes"};
  return keys;
}

const std::vector<std::string>& state_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    for (unsigned i = 0; i <= 10; ++i) all.push_back(to_string(static_cast<dfu::State>(i)));
    return all;
  }();
  return names;
}

const std::vector<std::string>& status_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    for (unsigned i = 0; i <= 15; ++i) all.push_back(to_string(static_cast<dfu::Status>(i)));
    return all;
  }();
  return names;
}

fault::RequestCondition read_request_condition(const model::Reader& reader, const Files& files) {
  fault::RequestCondition condition;
  if (const auto request = reader.find("request")) {
    condition.request = dfu::request_names()[request->choice(dfu::request_names())];
  }
  if (const auto operation = reader.find("operation")) {
    condition.operation = fault::operation_names()[operation->choice(fault::operation_names())];
  }
  if (const auto wValue = reader.find("wValue")) {
    condition.wValue = static_cast<std::uint16_t>(wValue->number(0xFFFF));
  }
  if (const auto address = reader.find("address")) condition.address = address->number();
  if (const auto bytes = reader.find("written_bytes")) {
    condition.written_bytes = read_written_bytes(*bytes, files);
  }
  return condition;
}

std::vector<Fault> read_faults(const model::Reader& reader, const Files& files) {
  std::vector<Fault> faults;
  for (const model::Reader& item : reader.items()) faults.push_back(read_fault(item, files));
  return faults;
}

void check_not_of_stream(const model::Reader& reader, const std::vector<fault::Fault>& faults) {
  for (const fault::Fault& it : faults) {
    if (fault::seam_of(it.kind) != fault::Seam::Stream) continue;
    reader.fail(std::string(fault::info_of(it.kind).name) + " is of the stream, not of one board",
                "write it for 1-1, where the scenario's own are");
  }
}

}  // namespace dfurig::scenario
