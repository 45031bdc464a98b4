#include "scenario/files.h"

#include <filesystem>

#include "support/hex.h"
#include "support/split_mix.h"

namespace dfurig::scenario {
namespace {

namespace fs = std::filesystem;

constexpr std::uint32_t size_max = 1 << 24;
// UM0391: szTargetName has 255 bytes, bTargets one.
constexpr std::size_t target_name_max = 254;
constexpr std::size_t targets_max = 255;
constexpr std::uint32_t stack_pointer = 0x20000400;
constexpr std::uint32_t vector_table_size = 8;

/// Steps through 251 values: blocks of 2^n bytes differ from one another.
Bytes counter(std::uint32_t size) {
  Bytes bytes(size);
  for (std::uint32_t i = 0; i < size; ++i) bytes[i] = static_cast<std::uint8_t>(i % 251);
  return bytes;
}

/// Always the same.
Bytes noise(std::uint32_t size) {
  Bytes bytes(size);
  std::uint64_t state = 0;
  for (std::uint8_t& byte : bytes) {
    byte = static_cast<std::uint8_t>(split_mix_64(state));
    state += split_mix_increment;
  }
  return bytes;
}

/// What a bootloader takes for an application: a vector table in front of a counter.
Bytes application(std::uint32_t size, std::uint32_t address) {
  Bytes bytes = counter(size);
  ByteWriter table;
  table.u32le(stack_pointer).u32le(address + 0x100 + 1);
  const Bytes head = table.take();
  std::copy(head.begin(), head.end(), bytes.begin());
  return bytes;
}

Bytes read_pattern(const model::Reader& reader, std::uint32_t address, std::string& what) {
  const std::uint32_t size = reader.at("size").number(size_max);
  const model::Reader pattern = reader.at("pattern");
  what = std::to_string(size) + " bytes of " + pattern.text();
  switch (pattern.choice({"counter", "random", "application"})) {
    case 0:
      return counter(size);
    case 1:
      return noise(size);
    default:
      if (size < vector_table_size) reader.at("size").fail("an application has at least 8 bytes");
      return application(size, address);
  }
}

DfuSuffix read_suffix(const model::Reader& reader) {
  reader.allow_only({"idVendor", "idProduct", "bcdDevice"});
  DfuSuffix suffix;
  const auto number = [&reader](const char* key, std::uint16_t& into) {
    if (const auto it = reader.find(key)) into = static_cast<std::uint16_t>(it->number(0xFFFF));
  };
  number("idVendor", suffix.idVendor);
  number("idProduct", suffix.idProduct);
  number("bcdDevice", suffix.bcdDevice);
  return suffix;
}

/// A zero follows it in the file.
std::string read_target_name(const model::Reader& reader) {
  const std::string name = reader.text();
  if (name.size() <= target_name_max) return name;
  reader.fail("expected up to " + std::to_string(target_name_max) + " bytes, found " +
              std::to_string(name.size()));
}

}  // namespace

std::string resolve_path(const std::string& path, const std::string& scenario_file) {
  return (fs::path(scenario_file).parent_path() / path).lexically_normal().string();
}

std::vector<Image> Files::read_file(const model::Reader& reader, std::string& what) const {
  const model::Reader file = reader.at("file");
  const auto at = reader.find("at");
  const auto made = made_.find(file.text());
  what = fs::path(file.text()).filename().string();
  if (made != made_.end()) {
    std::vector<Image> images = made->second.images;
    if (at) images.front().address = at->number();
    return images;
  }
  const std::string path = resolve_path(file.text(), scenario_file_);
  std::error_code ignored;
  if (!fs::is_regular_file(path, ignored)) {
    file.fail("there is no file " + path,
              "paths are relative to the scenario file; \"files\" can make one");
  }
  if (needs_address(path) && !at) reader.fail("a .bin file needs \"at\"");
  return load_image(path, at ? at->number() : 0);
}

std::vector<Image> Files::read_content(const model::Reader& reader, std::string& what) const {
  if (reader.has("file")) {
    reader.allow_only({"file", "at"});
    return read_file(reader, what);
  }
  const std::uint32_t at = reader.has("at") ? reader.at("at").number() : 0;
  if (reader.has("bytes")) {
    reader.allow_only({"bytes", "at"});
    Bytes bytes = reader.at("bytes").bytes();
    what = std::to_string(bytes.size()) + " bytes";
    return {{at, std::move(bytes)}};
  }
  if (reader.has("pattern")) {
    reader.allow_only({"pattern", "at", "size"});
    return {{at, read_pattern(reader, at, what)}};
  }
  reader.allow_only({"fill", "at", "size"});
  const std::uint32_t size = reader.at("size").number(size_max);
  const auto fill = static_cast<std::uint8_t>(reader.at("fill").number(0xFF));
  what = std::to_string(size) + " bytes of " + hex(fill, 2);
  return {{at, Bytes(size, fill)}};
}

Image Files::read_piece(const model::Reader& reader, std::string& what) const {
  std::vector<Image> images = read_content(reader, what);
  if (images.size() == 1) return std::move(images.front());
  reader.fail(what + " has " + std::to_string(images.size()) + " pieces, expected one",
              "\"elements\" of a .hex or \"targets\" of a .dfu file take several");
}

std::vector<Image> Files::read_elements(const model::Reader& reader) const {
  std::vector<Image> images;
  std::string what;
  for (const model::Reader& item : reader.items()) {
    if (!item.has("at") && !item.has("file")) item.fail("missing \"at\"");
    for (Image& image : read_content(item, what)) images.push_back(std::move(image));
  }
  if (images.empty()) reader.fail("expected at least one element");
  return images;
}

/// Raw bytes, with or without the suffix of a .dfu file.
MadeFile Files::make_binary(const model::Reader& reader) const {
  std::string what;
  if (!reader.has("suffix")) {
    const Image image = read_piece(reader, what);
    return {image.data, {image}};
  }
  reader.allow_only({"content", "suffix"});
  const Image image = read_piece(reader.at("content"), what);
  constexpr std::uint16_t bcdDFU = 0x0100;
  return {with_dfu_suffix(image.data, read_suffix(reader.at("suffix")), bcdDFU), {image}};
}

MadeFile Files::make_dfuse(const model::Reader& reader) const {
  reader.allow_only({"targets", "suffix"});
  std::vector<DfuseTarget> targets;
  MadeFile made;
  for (const model::Reader& item : reader.at("targets").items()) {
    item.allow_only({"alternate", "name", "elements"});
    DfuseTarget target;
    target.alternate = static_cast<std::uint8_t>(item.at("alternate").number(0xFF));
    target.name = item.has("name") ? read_target_name(item.at("name")) : "ST...";
    target.elements = read_elements(item.at("elements"));
    made.images.insert(made.images.end(), target.elements.begin(), target.elements.end());
    targets.push_back(std::move(target));
  }
  if (targets.empty()) reader.at("targets").fail("expected at least one target");
  if (targets.size() > targets_max) {
    reader.at("targets").fail("expected up to " + std::to_string(targets_max) + " targets, found " +
                              std::to_string(targets.size()));
  }
  const DfuSuffix suffix = reader.has("suffix") ? read_suffix(reader.at("suffix")) : DfuSuffix();
  made.bytes = encode_dfuse_file(targets, suffix);
  return made;
}

MadeFile Files::make_hex(const model::Reader& reader) const {
  reader.allow_only({"elements"});
  MadeFile made;
  made.images = read_elements(reader.at("elements"));
  const std::string text = encode_intel_hex(made.images);
  made.bytes.assign(text.begin(), text.end());
  return made;
}

void Files::read(const model::Reader& reader) {
  for (const auto& [name, file] : reader.members()) {
    if (name.find('/') != std::string::npos || name.starts_with(".")) {
      file.fail("\"" + name + "\" is no plain file name");
    }
    const bool is_hex = file.has("elements");
    made_[name] = file.has("targets") ? make_dfuse(file)
                  : is_hex            ? make_hex(file)
                                      : make_binary(file);
  }
}

std::size_t Files::size_of(const model::Reader& reader) const {
  std::size_t size = 0;
  const auto made = made_.find(reader.text());
  if (made != made_.end()) {
    for (const Image& image : made->second.images) size += image.data.size();
    return size;
  }
  const std::string path = resolve_path(reader.text(), scenario_file_);
  std::error_code error;
  size = fs::file_size(path, error);
  if (error) reader.fail("there is no file " + path);
  return size;
}

}  // namespace dfurig::scenario
