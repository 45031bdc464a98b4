// Tables of scenarios and shared steps: JSON that stands for more JSON.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "model/reader.h"

namespace dfurig::scenario {

/// One scenario of a file.
struct Row {
  std::string name;  ///< empty: the file is no table
  model::Json json;
};

/// A file, and a row of it when it is a table: "x.json[ROW]".
struct RowName {
  std::string path;
  std::string row;  ///< empty: the file as a whole
};
RowName split_row_name(const std::string& name);
std::string join_row_name(const RowName& name);

/// A file with "for_each" is a scenario for each of its rows: what a row has goes over what the
/// file has (RFC 7396), and "${variable}" in any text is what "variables" of the row say. Throws
/// InputError.
std::vector<Row> expand_table(model::Json root, const std::string& path);

/// Steps of another file.
struct Fragment {
  std::string path;
  model::Json json;  ///< an object with "steps"
};

/// Absent: `step` is no { "use": FILE, "with": { … } }. Throws InputError.
std::optional<Fragment> find_fragment(const model::Reader& step, const std::string& path);

}  // namespace dfurig::scenario
