// What a scenario expects to be true.
#pragma once

#include "model/reader.h"
#include "scenario/files.h"
#include "scenario/scenario.h"

namespace dfurig::scenario {

/// Throws InputError. `board` is that which it is about.
Expect read_expect(const model::Reader& reader, const BoardSetup& board, const Files& files);

/// What is asked of transfers: request, operation, wValue, address, written_bytes, reply; in an
/// expectation `has_count`.
TransferExpectation read_transfer(const model::Reader& reader, const Files& files, bool has_count);

}  // namespace dfurig::scenario
