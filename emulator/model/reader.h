// Walks a JSON file strictly: every value knows its place, and every fault names it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "model/document.h"
#include "model/model.h"
#include "support/bytes.h"

namespace dfurig::model {

/// One value of a file and its JSON pointer. A sourced value, { "value": V, "mark": M, "source": S
/// }, reads as V and is remembered as a Fact; so is an object with "mark" and "source" of its own.
///
/// Of a file that extends others it is the value they have together: objects are merged member by
/// member, everything else is the most derived file's, and null deletes (as RFC 7396 merges). Each
/// value keeps the source its own file gives.
class Reader {
 public:
  /// The root of a file and those it extends, which must outlive it. `facts` may be null.
  explicit Reader(const Document& document, std::vector<Fact>* facts = nullptr);
  /// The root of one file; `file` is what messages name.
  Reader(const Json& root, const std::string& file, std::vector<Fact>* facts = nullptr);

  const std::string& pointer() const { return pointer_; }
  /// "models/chips/x.json: /flash/base"
  std::string place() const { return file() + ": " + (pointer_.empty() ? "/" : pointer_); }
  /// Of the most derived file that has this value.
  const std::string& file() const { return layers_.front().file; }
  [[noreturn]] void fail(const std::string& problem, const std::string& advice = "") const;

  /// The value must be an object with no other keys than these (and mark, source, note, disputed).
  void allow_only(const std::vector<std::string>& keys) const;
  bool has(const std::string& key) const;
  /// A member that must be there.
  Reader at(const std::string& key) const;
  /// A member that may be absent.
  std::optional<Reader> find(const std::string& key) const;
  /// All members but mark, source, note and disputed, in the file's order, those of an extended
  /// file first.
  std::vector<std::pair<std::string, Reader>> members() const;
  /// The items of an array.
  std::vector<Reader> items() const;

  bool is_object() const { return value().is_object(); }
  bool is_array() const { return value().is_array(); }
  bool is_text() const { return value().is_string(); }
  bool is_number() const { return value().is_number(); }

  /// The value as the most derived file has it.
  const Json& json() const { return value(); }
  std::string text() const;
  /// An array of texts.
  std::vector<std::string> texts() const;
  bool boolean() const;
  double real() const;
  /// A JSON number or text such as "0x1C", up to `max`.
  std::uint32_t number(std::uint32_t max = UINT32_MAX) const;
  /// Bytes written "AA 55 FF".
  Bytes bytes() const;
  /// One of `choices` as text; returns its position.
  std::size_t choice(const std::vector<std::string>& choices) const;

  /// The mark, source and note of this object, or of the nearest sourced one around it.
  const Fact& fact() const { return layers_.front().fact; }

 private:
  /// What one file says about the value.
  struct Layer {
    const Json* value;
    std::string file;
    Fact fact;  ///< the nearest around the value in that file
  };

  Reader(const Reader& parent, const std::string& step);
  const Json& value() const { return *layers_.front().value; }
  bool add(const Json& value, const std::string& file, const Fact& fact);
  void take_fact(Layer& layer);
  void remember(const Fact& fact) const;
  std::string kind() const;

  std::string pointer_;
  std::vector<Fact>* facts_;
  std::vector<Layer> layers_;  ///< the most derived file first; never empty
};

}  // namespace dfurig::model
