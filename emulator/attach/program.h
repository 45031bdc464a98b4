// The tool's executable file.
#pragma once

#include <string>

#include "support/bytes.h"

namespace dfurig::attach {

/// The program's path: looked up in PATH unless it has a slash. Throws InputError.
std::string find_program(const std::string& name, const std::string& working_directory = "");

/// Whose system calls a file that begins so makes: "" when they are x86_64's, or the kernel's
/// business (a script).
std::string foreign_architecture(ByteView beginning);

/// Throws InputError for a program of another architecture: its system calls have other numbers.
void check_architecture(const std::string& path);

}  // namespace dfurig::attach
