// How long scenarios took, in a file: for balanced shards, and to start the longest first.
#pragma once

#include <map>
#include <string>

#include "support/clock.h"

namespace dfurig::scenario {

/// By name_in_record.
using Durations = std::map<std::string, Duration>;

/// A file's name in a record: its path without "./" and the like.
std::string name_in_record(const std::string& file);

/// Reads { "scenarios/leave/x.json": 0.042, … }, in seconds. Throws InputError.
Durations load_durations(const std::string& path);
/// As load_durations; none when there is no such file yet.
Durations load_durations_if_any(const std::string& path);
/// Throws InputError when the file cannot be written.
void save_durations(const std::string& path, const Durations& durations);

}  // namespace dfurig::scenario
