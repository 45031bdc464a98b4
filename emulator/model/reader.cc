#include "model/reader.h"

#include <algorithm>
#include <filesystem>
#include <sstream>

#include "support/hex.h"
#include "support/input_error.h"
#include "support/join.h"

namespace dfurig::model {
namespace {

const std::vector<std::string> source_keys = {"mark", "source", "note", "disputed"};

bool is_source_key(const std::string& key) {
  return std::find(source_keys.begin(), source_keys.end(), key) != source_keys.end();
}

/// RFC 6901 §3: "~" and "/" inside a key.
std::string escaped(const std::string& key) {
  std::string text;
  for (const char c : key) text += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c);
  return text;
}

}  // namespace

std::string to_string(Mark mark) {
  switch (mark) {
    case Mark::Documented:
      return "documented";
    case Mark::Observed:
      return "observed";
    case Mark::Inferred:
      return "inferred";
    case Mark::Unknown:
      return "unknown";
  }
  return "?";
}

Reader::Reader(const Document& document, std::vector<Fact>* facts) : facts_(facts) {
  for (const Document::File& file : document.files()) add(file.json, file.path, {});
}

Reader::Reader(const Json& root, const std::string& file, std::vector<Fact>* facts)
    : facts_(facts) {
  add(root, file, {});
}

/// The member or item `step` of a value that has it.
Reader::Reader(const Reader& parent, const std::string& step)
    : pointer_(parent.pointer_ + "/" + escaped(step)), facts_(parent.facts_) {
  for (const Layer& layer : parent.layers_) {
    if (layer.value->is_array()) {
      add((*layer.value)[std::stoul(step)], layer.file, layer.fact);
      return;
    }
    if (layer.value->contains(step) && !add(layer.value->at(step), layer.file, layer.fact)) return;
  }
}

/// False when what less derived files say about the value does not count any more.
bool Reader::add(const Json& value, const std::string& file, const Fact& fact) {
  const bool is_merged = value.is_object() && !value.contains("value");
  if (!is_merged && !layers_.empty()) return false;
  layers_.push_back({&value, file, fact});
  take_fact(layers_.back());
  return is_merged;
}

void Reader::take_fact(Layer& layer) {
  const Json& value = *layer.value;
  if (!value.is_object()) return;
  const auto fail_there = [&](const std::string& problem, const std::string& advice = "") {
    throw InputError(layer.file + ": " + (pointer_.empty() ? "/" : pointer_), problem, advice);
  };
  static const std::vector<std::string> marks = {"documented", "observed", "inferred", "unknown"};
  const auto member = [&](const char* key) {
    return value.contains(key) && value.at(key).is_string() ? value.at(key).get<std::string>()
                                                            : std::string();
  };
  if (!value.contains("mark")) {
    if (!member("source").empty())
      fail_there("a \"source\" needs a \"mark\"", "one of " + join(marks, ", "));
    return;
  }
  const auto known = std::find(marks.begin(), marks.end(), member("mark"));
  if (known == marks.end()) fail_there("\"mark\" must be one of " + join(marks, ", "));
  const std::string stem = std::filesystem::path(layer.file).stem().string();
  layer.fact = {stem + pointer_, static_cast<Mark>(known - marks.begin()), member("source"),
                member("note"), member("disputed")};
  if (layer.fact.source.empty())
    fail_there("a value with a mark needs a \"source\"", "name the document or report");
  remember(layer.fact);
  if (!value.contains("value")) return;
  for (const auto& [key, unused] : value.items()) {
    if (key != "value" && !is_source_key(key))
      fail_there("unknown key \"" + key + "\" beside \"value\"");
  }
  layer.value = &value.at("value");
}

/// A value may be read more than once, and a file by several blocks.
void Reader::remember(const Fact& fact) const {
  if (facts_ == nullptr) return;
  const bool is_known = std::any_of(facts_->begin(), facts_->end(), [&](const Fact& known) {
    return known.subject == fact.subject;
  });
  if (!is_known) facts_->push_back(fact);
}

void Reader::fail(const std::string& problem, const std::string& advice) const {
  throw InputError(place(), problem, advice);
}

std::string Reader::kind() const {
  if (value().is_string()) return "\"" + value().get<std::string>() + "\"";
  return value().is_structured() ? std::string("an ") + value().type_name() : value().dump();
}

void Reader::allow_only(const std::vector<std::string>& keys) const {
  if (!is_object()) fail("expected an object, found " + kind());
  for (const Layer& layer : layers_) {
    for (const auto& [key, unused] : layer.value->items()) {
      if (is_source_key(key) || std::find(keys.begin(), keys.end(), key) != keys.end()) continue;
      throw InputError(layer.file + ": " + (pointer_.empty() ? "/" : pointer_),
                       "unknown key \"" + key + "\"",
                       did_you_mean(key, keys, "known here: " + join(keys, ", ")));
    }
  }
}

bool Reader::has(const std::string& key) const {
  for (const Layer& layer : layers_) {
    if (layer.value->is_object() && layer.value->contains(key)) {
      return !layer.value->at(key).is_null();
    }
  }
  return false;
}

std::optional<Reader> Reader::find(const std::string& key) const {
  if (!has(key)) return std::nullopt;
  return Reader(*this, key);
}

Reader Reader::at(const std::string& key) const {
  if (!is_object()) fail("expected an object, found " + kind());
  if (!has(key)) fail("missing \"" + key + "\"");
  return Reader(*this, key);
}

std::vector<std::pair<std::string, Reader>> Reader::members() const {
  if (!is_object()) fail("expected an object, found " + kind());
  std::vector<std::pair<std::string, Reader>> all;
  for (auto layer = layers_.rbegin(); layer != layers_.rend(); ++layer) {
    for (const auto& [key, unused] : layer->value->items()) {
      const bool is_listed = std::any_of(
          all.begin(), all.end(),
          [&, name = key](const std::pair<std::string, Reader>& it) { return it.first == name; });
      if (!is_source_key(key) && !is_listed && has(key)) all.emplace_back(key, Reader(*this, key));
    }
  }
  return all;
}

std::vector<Reader> Reader::items() const {
  if (!is_array()) fail("expected an array, found " + kind());
  std::vector<Reader> all;
  for (std::size_t i = 0; i < value().size(); ++i) {
    all.push_back(Reader(*this, std::to_string(i)));
  }
  return all;
}

std::string Reader::text() const {
  if (!value().is_string()) fail("expected text, found " + kind());
  return value().get<std::string>();
}

std::vector<std::string> Reader::texts() const {
  std::vector<std::string> texts;
  for (const Reader& item : items()) texts.push_back(item.text());
  return texts;
}

bool Reader::boolean() const {
  if (!value().is_boolean()) fail("expected true or false, found " + kind());
  return value().get<bool>();
}

double Reader::real() const {
  if (!value().is_number()) fail("expected a number, found " + kind());
  return value().get<double>();
}

std::uint32_t Reader::number(std::uint32_t max) const {
  std::optional<std::uint32_t> number;
  if (value().is_string()) number = parse_number(value().get<std::string>());
  if (value().is_number_integer()) {
    const auto given = value().get<std::int64_t>();
    if (given >= 0 && given <= UINT32_MAX) number = static_cast<std::uint32_t>(given);
  }
  if (!number || *number > max) {
    fail("expected a number from 0 to " + (max == UINT32_MAX ? hex(max) : std::to_string(max)) +
             ", found " + kind(),
         "write 28 or \"0x1C\"");
  }
  return *number;
}

Bytes Reader::bytes() const {
  std::istringstream words(text());
  Bytes bytes;
  for (std::string word; words >> word;) {
    const auto value = word.size() == 2 ? parse_number("0x" + word) : std::nullopt;
    if (!value) fail("expected bytes such as \"AA 55 FF\", found \"" + word + "\"");
    bytes.push_back(static_cast<std::uint8_t>(*value));
  }
  return bytes;
}

std::size_t Reader::choice(const std::vector<std::string>& choices) const {
  const std::string name = text();
  const auto found = std::find(choices.begin(), choices.end(), name);
  if (found == choices.end()) {
    fail("expected one of " + join(choices, ", ") + ", found \"" + name + "\"",
         did_you_mean(name, choices));
  }
  return static_cast<std::size_t>(found - choices.begin());
}

}  // namespace dfurig::model
