// What a Windows program needs and this machine does not have.
#pragma once

#include <stdexcept>

#include "support/input_error.h"

namespace dfurig::wine {

/// `what()` is an InputError's: what is missing, and what to install. A scenario that needs it is
/// not run here.
class NotHere : public std::runtime_error {
 public:
  explicit NotHere(const InputError& missing) : std::runtime_error(missing.what()) {}
  explicit NotHere(const std::string& text) : std::runtime_error(text) {}
};

}  // namespace dfurig::wine
