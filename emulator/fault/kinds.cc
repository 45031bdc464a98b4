#include <algorithm>

#include "fault/fault.h"

namespace dfurig::fault {

const std::vector<KindInfo>& kinds() {
  static const std::vector<KindInfo> table = {
      {Kind::UsbStall, "usb.stall", Seam::Usb, {}, {}},
      {Kind::UsbBusError, "usb.bus_error", Seam::Usb, {}, {}},
      {Kind::UsbBabble, "usb.babble", Seam::Usb, {}, {}},
      {Kind::UsbShort, "usb.short", Seam::Usb, {"bytes"}, {}},
      {Kind::UsbLong, "usb.long", Seam::Usb, {"bytes"}, {}},
      {Kind::UsbCorrupt, "usb.corrupt", Seam::Usb, {"bits"}, {"offset"}},
      {Kind::UsbLate, "usb.late", Seam::Usb, {"delay_ms"}, {}},
      {Kind::UsbNever, "usb.never", Seam::Usb, {}, {}},
      {Kind::UsbUnplug, "usb.unplug", Seam::Usb, {}, {"delay_ms"}},
      {Kind::UsbReconnect, "usb.reconnect", Seam::Usb, {"delay_ms"}, {}},
      {Kind::UsbLost, "usb.lost", Seam::Usb, {}, {}},
      {Kind::UsbTwice, "usb.twice", Seam::Usb, {}, {}},
      {Kind::BootloaderError, "bootloader.error", Seam::Bootloader, {"status"}, {}},
      {Kind::BootloaderStatus,
       "bootloader.status",
       Seam::Bootloader,
       {},
       {"status", "state", "poll_ms"}},
      {Kind::BootloaderWedge, "bootloader.wedge", Seam::Bootloader, {}, {"poll_ms"}},
      {Kind::BootloaderIgnoresLeave, "bootloader.ignores_leave", Seam::Bootloader, {}, {}},
      {Kind::BootloaderLeavesUnseen, "bootloader.leaves_unseen", Seam::Bootloader, {}, {}},
      {Kind::BootloaderLeavesLate, "bootloader.leaves_late", Seam::Bootloader, {"delay_ms"}, {}},
      {Kind::BootloaderResets, "bootloader.resets_at_leave", Seam::Bootloader, {}, {}},
      {Kind::BootloaderHangs, "bootloader.hangs_at_leave", Seam::Bootloader, {}, {}},
      {Kind::BootloaderLeavesAtBusReset,
       "bootloader.leaves_at_bus_reset",
       Seam::Bootloader,
       {},
       {}},
      {Kind::MemoryProgramFails, "memory.program_fails", Seam::Memory, {}, {}},
      {Kind::MemoryEraseFails, "memory.erase_fails", Seam::Memory, {}, {}},
      {Kind::MemoryStuckBits, "memory.stuck_bits", Seam::Memory, {"address", "bits", "level"}, {}},
      {Kind::MemoryFlippedBits, "memory.flipped_bits", Seam::Memory, {"address", "bits"}, {}},
      {Kind::MemoryWearsOut, "memory.wears_out", Seam::Memory, {"erases"}, {}},
      {Kind::MemoryBusyForEver, "memory.busy_for_ever", Seam::Memory, {}, {}},
      {Kind::MemoryProgramDropped, "memory.program_dropped", Seam::Memory, {}, {}},
      {Kind::MemoryEraseDropped, "memory.erase_dropped", Seam::Memory, {}, {}},
      {Kind::MemoryPowerCut, "memory.power_cut", Seam::Memory, {}, {}},
      {Kind::StreamSplit, "stream.split", Seam::Stream, {"bytes"}, {}},
      {Kind::StreamMerge, "stream.merge", Seam::Stream, {"bytes"}, {}},
      {Kind::StreamDelay, "stream.delay", Seam::Stream, {"delay_ms"}, {}},
      {Kind::StreamDrop, "stream.drop", Seam::Stream, {"bytes"}, {}},
      {Kind::StreamDuplicate, "stream.duplicate", Seam::Stream, {"bytes"}, {}},
      {Kind::StreamCorrupt, "stream.corrupt", Seam::Stream, {"bits"}, {}},
      {Kind::StreamReset, "stream.reset", Seam::Stream, {}, {}},
  };
  return table;
}

const KindInfo& info_of(Kind kind) {
  return *std::ranges::find(kinds(), kind, &KindInfo::kind);
}

const std::vector<std::string>& operation_names() {
  static const std::vector<std::string> names = {"set address",    "erase", "mass erase",
                                                 "read unprotect", "write", "leave"};
  return names;
}

}  // namespace dfurig::fault
