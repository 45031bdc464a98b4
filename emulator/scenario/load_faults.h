// What a scenario says of faults.
#pragma once

#include <string>
#include <vector>

#include "fault/fault.h"
#include "model/reader.h"
#include "scenario/files.h"

namespace dfurig::scenario {

/// A list of { "fault": "usb.stall", "when": { … }, … }. Throws InputError.
std::vector<fault::Fault> read_faults(const model::Reader& reader, const Files& files);

/// There is one byte stream, and its faults are 1-1's: throws InputError when one is among `faults`
/// of another board.
void check_not_of_stream(const model::Reader& reader, const std::vector<fault::Fault>& faults);

/// { "request": …, "operation": …, "wValue": …, "address": …, "written_bytes": … } of an object
/// that may have other keys as well.
fault::RequestCondition read_request_condition(const model::Reader& reader, const Files& files);
const std::vector<std::string>& request_keys();
/// As DFU 1.1 spells them, by number.
const std::vector<std::string>& state_names();
const std::vector<std::string>& status_names();

}  // namespace dfurig::scenario
