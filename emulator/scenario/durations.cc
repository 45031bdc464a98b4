#include "scenario/durations.h"

#include <cmath>
#include <filesystem>
#include <fstream>

#include "model/reader.h"
#include "support/input_error.h"

namespace dfurig::scenario {
namespace {

constexpr double longest_s = 1'000'000;

Duration read_duration(const model::Reader& reader) {
  const double seconds = reader.real();
  if (!(seconds >= 0 && seconds <= longest_s)) {
    reader.fail("expected seconds from 0 to 1000000", "dfurig run --record-durations writes them");
  }
  return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(seconds));
}

}  // namespace

std::string name_in_record(const std::string& file) {
  return std::filesystem::path(file).lexically_normal().string();
}

Durations load_durations(const std::string& path) {
  const model::Json json = model::parse_json_file(path);
  const model::Reader reader(json, path);
  if (!reader.is_object()) reader.fail("expected an object: seconds by a scenario's path");
  Durations durations;
  for (const auto& [key, value] : json.items()) {
    durations[name_in_record(key)] = read_duration(reader.at(key));
  }
  return durations;
}

Durations load_durations_if_any(const std::string& path) {
  return std::filesystem::exists(path) ? load_durations(path) : Durations{};
}

void save_durations(const std::string& path, const Durations& durations) {
  model::Json json = model::Json::object();
  for (const auto& [file, duration] : durations) {
    // To the millisecond: more is noise, and a file kept in git should not change for it.
    const double seconds = std::chrono::duration<double>(duration).count();
    json[file] = std::round(seconds * 1000) / 1000;
  }
  std::ofstream stream(path);
  stream << json.dump(2, ' ', false, model::Json::error_handler_t::replace) << "\n";
  if (!stream.flush()) throw InputError(path, "cannot be written");
}

}  // namespace dfurig::scenario
