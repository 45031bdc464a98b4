#include "stm32/otp.h"

#include <algorithm>

namespace dfurig::stm32 {
namespace {

/// Bits go to 0 and never back, whatever the erased level of main flash. "Each OTP data block can
/// be programmed until the value 0x00 is programmed in the corresponding OTP lock byte" (RM0090 Rev
/// 21 §3.8).
void program_bits(const MemorySpec& spec, Bytes& content, std::size_t offset, ByteView data) {
  for (std::size_t i = 0; i < data.size(); ++i) {
    const std::size_t at = offset + i;
    const auto& locks = spec.otp_locks;
    const bool is_locked =
        locks && at < locks->locks_at && content[locks->locks_at + at / locks->block_size] == 0x00;
    if (!is_locked) content[at] &= data[i];
  }
}

/// "If only one bit is at 0, the entire double word cannot be written anymore, even with the value
/// 0x0000 0000 0000 0000" (RM0440 §3.3.1). An odd tail is lost, as in main flash.
bool program_units(unsigned unit, Bytes& content, std::size_t offset, ByteView data) {
  if (offset % unit != 0) return false;
  for (std::size_t done = 0; done + unit <= data.size(); done += unit) {
    const auto target = content.begin() + static_cast<std::ptrdiff_t>(offset + done);
    if (std::any_of(target, target + unit, [](std::uint8_t byte) { return byte != 0xFF; })) {
      return false;
    }
    std::copy_n(data.begin() + static_cast<std::ptrdiff_t>(done), unit, target);
  }
  return true;
}

}  // namespace

bool program_otp(const MemorySpec& spec, Bytes& content, std::size_t offset, ByteView data) {
  if (spec.otp_unit != 0) return program_units(spec.otp_unit, content, offset, data);
  program_bits(spec, content, offset, data);
  return true;
}

}  // namespace dfurig::stm32
