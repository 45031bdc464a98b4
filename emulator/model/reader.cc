#include "model/reader.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "support/hex.h"
#include "support/input_error.h"

namespace dfurig::model {
namespace {

const std::vector<std::string> source_keys = {"mark", "source", "note"};

bool is_source_key(const std::string& key) {
  return std::find(source_keys.begin(), source_keys.end(), key) != source_keys.end();
}

/// RFC 6901 §3: "~" and "/" inside a key.
std::string escaped(const std::string& key) {
  std::string text;
  for (const char c : key) text += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c);
  return text;
}

std::string join(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

std::string read_file(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  if (!stream) throw InputError(path, "cannot be read", "is the path right?");
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

/// "line 3, column 7" of a byte offset.
std::string line_and_column(const std::string& text, std::size_t offset) {
  const std::size_t end = std::min(offset, text.size());
  const auto begin = text.begin();
  const auto stop = begin + static_cast<std::ptrdiff_t>(end);
  const auto line = std::count(begin, stop, '\n') + 1;
  const std::size_t newline = end == 0 ? std::string::npos : text.rfind('\n', end - 1);
  const std::size_t column = newline == std::string::npos ? end + 1 : end - newline;
  return "line " + std::to_string(line) + ", column " + std::to_string(column);
}

/// JSON parsers keep the last of two equal keys; a person who wrote both is told.
class DuplicateKeys {
 public:
  explicit DuplicateKeys(std::string path) : path_(std::move(path)) {}

  bool operator()(int, Json::parse_event_t event, Json& parsed) {
    if (event == Json::parse_event_t::object_start) open_.emplace_back();
    if (event == Json::parse_event_t::object_end) open_.pop_back();
    if (event == Json::parse_event_t::key &&
        !open_.back().insert(parsed.get<std::string>()).second) {
      throw InputError(path_,
                       "key \"" + parsed.get<std::string>() + "\" is given twice in one object",
                       "remove one of them");
    }
    return true;
  }

 private:
  std::string path_;
  std::vector<std::set<std::string>> open_;
};

/// nlohmann's message is "[json.exception.parse_error.101] parse error at line 1, column 2: WHAT".
std::string plain_reason(const std::string& message) {
  const std::size_t at = message.find("column");
  const std::size_t colon = message.find(": ", at == std::string::npos ? 0 : at);
  return colon == std::string::npos ? message : message.substr(colon + 2);
}

}  // namespace

Json parse_json_file(const std::string& path) {
  const std::string text = read_file(path);
  auto check = std::make_shared<DuplicateKeys>(path);
  try {
    return Json::parse(text, [check](int depth, Json::parse_event_t event, Json& parsed) {
      return (*check)(depth, event, parsed);
    });
  } catch (const Json::parse_error& error) {
    // `byte` counts the offending character: it stands one before.
    const std::size_t offset = error.byte == 0 ? 0 : error.byte - 1;
    throw InputError(path + ": " + line_and_column(text, offset),
                     "not JSON: " + plain_reason(error.what()));
  }
}

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

Reader::Reader(const Json& root, const std::string& file, std::vector<Fact>* facts)
    : value_(&root), file_(file), facts_(facts) {
  take_fact();
}

Reader::Reader(const Json& value, const Reader& parent, const std::string& step)
    : value_(&value),
      file_(parent.file_),
      pointer_(parent.pointer_ + "/" + escaped(step)),
      facts_(parent.facts_),
      fact_(parent.fact_) {
  take_fact();
}

void Reader::take_fact() {
  if (!value_->is_object()) return;
  static const std::vector<std::string> marks = {"documented", "observed", "inferred", "unknown"};
  if (!value_->contains("mark")) {
    const bool is_sourced = value_->contains("source") && value_->at("source").is_string();
    if (is_sourced) fail("a \"source\" needs a \"mark\"", "one of " + join(marks));
    return;
  }
  const Json& mark = value_->at("mark");
  const auto known =
      std::find(marks.begin(), marks.end(), mark.is_string() ? mark.get<std::string>() : "");
  if (known == marks.end()) fail("\"mark\" must be one of " + join(marks));
  const auto member = [this](const char* key) {
    return value_->contains(key) && value_->at(key).is_string() ? value_->at(key).get<std::string>()
                                                                : std::string();
  };
  const std::string stem = std::filesystem::path(file_).stem().string();
  fact_ = {stem + pointer_, static_cast<Mark>(known - marks.begin()), member("source"),
           member("note")};
  if (fact_.source.empty())
    fail("a value with a mark needs a \"source\"", "name the document or report");
  remember_fact();
  if (!value_->contains("value")) return;
  for (const auto& [key, unused] : value_->items()) {
    if (key != "value" && !is_source_key(key)) fail("unknown key \"" + key + "\" beside \"value\"");
  }
  value_ = &value_->at("value");
}

/// A value may be read more than once, and a file by several blocks.
void Reader::remember_fact() const {
  if (facts_ == nullptr) return;
  const bool is_known = std::any_of(facts_->begin(), facts_->end(), [this](const Fact& known) {
    return known.subject == fact_.subject;
  });
  if (!is_known) facts_->push_back(fact_);
}

void Reader::fail(const std::string& problem, const std::string& advice) const {
  throw InputError(place(), problem, advice);
}

std::string Reader::kind() const {
  if (value_->is_string()) return "\"" + value_->get<std::string>() + "\"";
  return value_->is_structured() ? std::string("an ") + value_->type_name() : value_->dump();
}

void Reader::allow_only(const std::vector<std::string>& keys) const {
  if (!value_->is_object()) fail("expected an object, found " + kind());
  for (const auto& [key, unused] : value_->items()) {
    if (is_source_key(key) || std::find(keys.begin(), keys.end(), key) != keys.end()) continue;
    fail("unknown key \"" + key + "\"", did_you_mean(key, keys, "known here: " + join(keys)));
  }
}

bool Reader::has(const std::string& key) const {
  return value_->is_object() && value_->contains(key);
}

std::optional<Reader> Reader::find(const std::string& key) const {
  if (!has(key)) return std::nullopt;
  return Reader(value_->at(key), *this, key);
}

Reader Reader::at(const std::string& key) const {
  if (!value_->is_object()) fail("expected an object, found " + kind());
  if (!has(key)) fail("missing \"" + key + "\"");
  return Reader(value_->at(key), *this, key);
}

std::vector<std::pair<std::string, Reader>> Reader::members() const {
  if (!value_->is_object()) fail("expected an object, found " + kind());
  std::vector<std::pair<std::string, Reader>> all;
  for (const auto& [key, value] : value_->items()) {
    if (!is_source_key(key)) all.emplace_back(key, Reader(value, *this, key));
  }
  return all;
}

std::vector<Reader> Reader::items() const {
  if (!value_->is_array()) fail("expected an array, found " + kind());
  std::vector<Reader> all;
  for (std::size_t i = 0; i < value_->size(); ++i) {
    all.push_back(Reader((*value_)[i], *this, std::to_string(i)));
  }
  return all;
}

std::string Reader::text() const {
  if (!value_->is_string()) fail("expected text, found " + kind());
  return value_->get<std::string>();
}

bool Reader::boolean() const {
  if (!value_->is_boolean()) fail("expected true or false, found " + kind());
  return value_->get<bool>();
}

double Reader::real() const {
  if (!value_->is_number()) fail("expected a number, found " + kind());
  return value_->get<double>();
}

std::uint32_t Reader::number(std::uint32_t max) const {
  std::optional<std::uint32_t> number;
  if (value_->is_string()) number = parse_number(value_->get<std::string>());
  if (value_->is_number_integer()) {
    const auto value = value_->get<std::int64_t>();
    if (value >= 0 && value <= UINT32_MAX) number = static_cast<std::uint32_t>(value);
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
    fail("expected one of " + join(choices) + ", found \"" + name + "\"",
         did_you_mean(name, choices));
  }
  return static_cast<std::size_t>(found - choices.begin());
}

}  // namespace dfurig::model
