#include "scenario/transcript_summary.h"

#include <map>

#include "dfu/dfu.h"
#include "dfu/memory_operations.h"
#include "dfu/transfer_text.h"
#include "support/hex.h"

namespace dfurig::scenario {
namespace {

/// What the downloads of one tool add up to.
struct Tally {
  const dfu::BootloaderSpec& spec;
  unsigned erases = 0;
  unsigned mass_erases = 0;
  unsigned blocks = 0;
  std::size_t bytes = 0;
  std::uint32_t lowest = UINT32_MAX;
  std::uint32_t highest = 0;
  std::uint32_t pointer = spec.default_address;
  std::vector<std::string> others{};

  void operator()(const dfu::SetAddress& it) { pointer = it.address; }
  void operator()(const dfu::EraseSector&) { ++erases; }
  void operator()(const dfu::MassErase&) { ++mass_erases; }
  void operator()(const dfu::ReadUnprotect&) { others.push_back("Read Unprotect"); }
  void operator()(const dfu::Leave&) { others.push_back("Leave, pointer " + hex(pointer)); }
  void operator()(const dfu::WriteMemory& it) {
    const std::uint32_t at =
        dfu::block_address(spec, it.wBlockNum, it.data.size(), pointer).value_or(pointer);
    ++blocks;
    bytes += it.data.size();
    lowest = std::min(lowest, at);
    highest = std::max<std::uint32_t>(highest, at + static_cast<std::uint32_t>(it.data.size()) - 1);
  }
};

std::string count_requests(const std::vector<usb::Transfer>& transfers) {
  std::map<std::string, unsigned> counts;
  unsigned stalls = 0;
  for (const usb::Transfer& transfer : transfers) {
    ++counts[dfu::request_text(transfer.setup)];
    stalls += std::holds_alternative<usb::Stall>(transfer.reply);
  }
  std::string text = std::to_string(transfers.size()) + " control transfers:";
  for (const auto& [name, count] : counts) text += " " + name + " ×" + std::to_string(count);
  return text + "; stalls: " + std::to_string(stalls);
}

std::string last_state(const std::vector<usb::Transfer>& transfers) {
  for (auto it = transfers.rbegin(); it != transfers.rend(); ++it) {
    if (dfu::is_dfu(it->setup) && it->setup.bRequest == dfu::DFU_GETSTATUS)
      return dfu::outcome_text(*it);
  }
  return "none";
}

}  // namespace

std::vector<std::string> summarise(const std::vector<usb::Transfer>& transfers,
                                   const dfu::BootloaderSpec& spec) {
  Tally tally{spec};
  for (const usb::Transfer& transfer : transfers) {
    const bool is_download = dfu::is_dfu(transfer.setup) &&
                             transfer.setup.bRequest == dfu::DFU_DNLOAD &&
                             std::holds_alternative<usb::Ack>(transfer.reply);
    if (!is_download) continue;
    if (const auto operation = dfu::parse_operation(transfer.setup.wValue, transfer.data)) {
      std::visit(tally, *operation);
    }
  }
  std::vector<std::string> lines = {count_requests(transfers)};
  if (tally.mass_erases > 0) lines.push_back("mass erase ×" + std::to_string(tally.mass_erases));
  if (tally.erases > 0) lines.push_back("sector erase ×" + std::to_string(tally.erases));
  if (tally.blocks > 0) {
    lines.push_back("write: " + std::to_string(tally.blocks) + " blocks, " +
                    std::to_string(tally.bytes) + " bytes, " + hex(tally.lowest) + " to " +
                    hex(tally.highest));
  }
  lines.insert(lines.end(), tally.others.begin(), tally.others.end());
  lines.push_back("last DFU_GETSTATUS: " + last_state(transfers));
  return lines;
}

}  // namespace dfurig::scenario
