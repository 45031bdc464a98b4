// A JSON file together with the files it extends.
#pragma once

#include <list>
#include <nlohmann/json.hpp>
#include <string>

namespace dfurig::model {

/// A parsed file that keeps the order of its keys.
using Json = nlohmann::ordered_json;

/// Parses `path`. Throws InputError: missing file; malformed JSON with line and column; a key given
/// twice in one object.
Json parse_json_file(const std::string& path);

/// The path of NAME.json in `folder`. Throws InputError at `place`, with near names, when there is
/// no such file.
std::string named_file(const std::string& name, const std::string& folder,
                       const std::string& place);

/// A file and, by its "extends": NAME, the file it completes or changes, and so on.
class Document {
 public:
  struct File {
    std::string path;
    Json json;
  };

  /// Files that are extended lie in `folder`. Throws InputError.
  Document(const std::string& path, const std::string& folder);
  /// Lays what somebody wants different over it; `file` is what messages name.
  void lay_over(Json changes, const std::string& file);

  /// The file itself first, the most general last.
  const std::list<File>& files() const { return files_; }

 private:
  std::list<File> files_;
};

}  // namespace dfurig::model
