// What a scenario says of firmware that is executed.
#pragma once

#include <string>
#include <vector>

#include "model/reader.h"
#include "scenario/firmware.h"

namespace dfurig::scenario {

/// One { "file": …, "at": …, "symbols": …, "downloaded": … } or several. Throws InputError.
std::vector<FirmwareFile> read_firmware(const model::Reader& reader,
                                        const std::string& scenario_file,
                                        const model::Model& model);
/// { "for_ms": 50 }, { "instructions": 1000 } or { "until": …, "within_ms": … }. Symbols must be
/// in one of `firmware`. Throws InputError.
RunFirmware read_run_firmware(const model::Reader& reader, const model::Model& model,
                              const std::vector<FirmwareFile>& firmware);

/// The keys of an expectation that are about firmware, and those of a pin that are.
const std::vector<std::string>& firmware_keys();
const std::vector<std::string>& pin_times_keys();
/// Of `reader`, an expectation with other keys as well.
FirmwareExpectation read_firmware_expectation(const model::Reader& reader,
                                              const model::Model& model,
                                              const std::vector<FirmwareFile>& firmware);

}  // namespace dfurig::scenario
