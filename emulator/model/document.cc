#include "model/document.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "support/input_error.h"

namespace dfurig::model {
namespace {

namespace fs = std::filesystem;

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

std::string named_file(const std::string& name, const std::string& folder,
                       const std::string& place) {
  std::vector<std::string> known;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() == ".json") known.push_back(entry.path().stem().string());
  }
  std::sort(known.begin(), known.end());
  if (std::find(known.begin(), known.end(), name) == known.end()) {
    throw InputError(place, "there is no file \"" + name + ".json\" in " + folder,
                     did_you_mean(name, known));
  }
  return folder + "/" + name + ".json";
}

Document::Document(const std::string& path, const std::string& folder) {
  for (std::string next = path; !next.empty();) {
    const bool is_circle = std::any_of(files_.begin(), files_.end(),
                                       [&](const File& file) { return file.path == next; });
    if (is_circle) throw InputError(path + ": /extends", "the files extend each other in a circle");
    files_.push_back({next, parse_json_file(next)});
    const File& file = files_.back();
    const std::string place = file.path + ": /extends";
    next.clear();
    if (!file.json.is_object() || !file.json.contains("extends")) continue;
    if (!file.json["extends"].is_string()) throw InputError(place, "expected a file's name");
    next = named_file(file.json["extends"].get<std::string>(), folder, place);
  }
}

void Document::lay_over(Json changes, const std::string& file) {
  if (!changes.is_null()) files_.push_front({file, std::move(changes)});
}

}  // namespace dfurig::model
