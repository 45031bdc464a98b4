// Devices as setupapi finds them, and what ST's operations do with their memory.
#pragma once

#include <functional>

#include "dfu_operations.h"

/// The links of all devices of DfuSe's interface class.
std::vector<std::string> enumerate();

/// Throws Failure.
Bytes load(const std::string& path);

using OnProgress = std::function<void(std::size_t done, std::size_t of)>;

void erase_memory(const std::string& link, unsigned alternate,
                  const std::vector<std::uint32_t>& addresses);
void write_memory(const std::string& link, unsigned alternate, std::uint32_t address,
                  const Bytes& data, const OnProgress& on_progress = {});
Bytes read_memory(const std::string& link, unsigned alternate, std::uint32_t address,
                  std::size_t length, const OnProgress& on_progress = {});
/// What the button "Leave DFU mode" does.
void leave_dfu_mode(const std::string& link);
