// What is on the bus before the first step: boards, and what is none.
#pragma once

#include <string>
#include <vector>

#include "model/reader.h"
#include "scenario/files.h"
#include "scenario/scenario.h"

namespace dfurig::scenario {

/// The keys that make a board: those of a scenario, and of each of its "others".
const std::vector<std::string>& board_keys();
/// The keys of a scenario before its steps, which the rows of a table may have as well.
const std::vector<std::string>& head_keys();
/// A board with its model, policies, faults and "given", of an object that may have other keys as
/// well. `name` is the scenario's. Throws InputError.
BoardSetup read_board(const model::Reader& reader, const std::string& name, const Files& files,
                      const model::Library& library);
/// The boards beside the first. Throws InputError.
std::vector<BoardSetup> read_others(const model::Reader& reader, const std::string& name,
                                    const Files& files, const model::Library& library);
/// { "idVendor": …, "interfaces": [ … ] }: a USB device by its descriptors. Throws InputError.
Bystander read_bystander(const model::Reader& reader);

}  // namespace dfurig::scenario
