// Walks a JSON file strictly: every value knows its place, and every fault names it.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "model/model.h"
#include "support/bytes.h"

namespace dfurig::model {

/// A parsed file that keeps the order of its keys.
using Json = nlohmann::ordered_json;

/// Parses `path`. Throws InputError: missing file; malformed JSON with line and column; a key given
/// twice in one object.
Json parse_json_file(const std::string& path);

/// One value of a file and its JSON pointer. A sourced value, { "value": V, "mark": M, "source": S
/// }, reads as V and is remembered as a Fact; so is an object with "mark" and "source" of its own.
class Reader {
 public:
  /// The root. `facts` may be null; `file` is what messages name.
  Reader(const Json& root, const std::string& file, std::vector<Fact>* facts = nullptr);

  const std::string& pointer() const { return pointer_; }
  /// "models/chips/x.json: /flash/base"
  std::string place() const { return file_ + ": " + (pointer_.empty() ? "/" : pointer_); }
  const std::string& file() const { return file_; }
  [[noreturn]] void fail(const std::string& problem, const std::string& advice = "") const;

  /// The value must be an object with no other keys than these (and mark, source, note).
  void allow_only(const std::vector<std::string>& keys) const;
  bool has(const std::string& key) const;
  /// A member that must be there.
  Reader at(const std::string& key) const;
  /// A member that may be absent.
  std::optional<Reader> find(const std::string& key) const;
  /// All members but mark, source and note, in the file's order.
  std::vector<std::pair<std::string, Reader>> members() const;
  /// The items of an array.
  std::vector<Reader> items() const;

  bool is_object() const { return value_->is_object(); }
  bool is_array() const { return value_->is_array(); }
  bool is_text() const { return value_->is_string(); }
  bool is_number() const { return value_->is_number(); }

  std::string text() const;
  bool boolean() const;
  double real() const;
  /// A JSON number or text such as "0x1C", up to `max`.
  std::uint32_t number(std::uint32_t max = UINT32_MAX) const;
  /// Bytes written "AA 55 FF".
  Bytes bytes() const;
  /// One of `choices` as text; returns its position.
  std::size_t choice(const std::vector<std::string>& choices) const;

  /// The mark, source and note of this object, or of the nearest sourced one around it.
  const Fact& fact() const { return fact_; }

 private:
  Reader(const Json& value, const Reader& parent, const std::string& step);
  void take_fact();
  void remember_fact() const;
  std::string kind() const;

  const Json* value_;
  std::string file_;
  std::string pointer_;
  std::vector<Fact>* facts_;
  Fact fact_;
};

}  // namespace dfurig::model
