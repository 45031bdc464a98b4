// One board of a scenario with its faults, its firmware and what it is asked over USB.
#pragma once

#include <string>
#include <vector>

#include "fault/injection.h"
#include "scenario/report.h"
#include "scenario/run_firmware.h"
#include "usb/transcript.h"
#include "usbip/exports.h"

namespace dfurig::scenario {

class Rig {
 public:
  /// `setup` and `clock` must outlive it.
  Rig(const BoardSetup& setup, const Clock& clock, std::uint64_t seed);
  Rig(const Rig&) = delete;
  Rig& operator=(const Rig&) = delete;

  /// Puts it on the bus, as faults let the host see it.
  void plug_into(usbip::Exports& exports);
  /// What "given" says, up to power-on. Returns what stands against it.
  std::vector<Failure> set_up();
  /// Power is switched off and on, and what "given" says of pins and applications done again; no
  /// fault comes any more.
  std::vector<Failure> start_again();
  /// Software on the chip writes.
  void write(const RegisterValue& write);
  void reset(const Reset& action);

  board::Board& board() { return board_; }
  const board::Board& board() const { return board_; }
  fault::Injection& injection() { return injection_; }
  FirmwareRun& firmware() { return firmware_; }
  const std::string& busid() const { return export_->busid; }
  const std::vector<usb::Transfer>& transfers() const { return transcript_.transfers(); }
  bool is_on_bus() const { return device_.is_attached(); }
  std::vector<std::string> not_emulated() const;
  BoardReport report() const;

 private:
  board::Options with_faults(board::Options options);
  fault::BoardSide board_side();
  std::vector<Failure> start();

  const BoardSetup& setup_;
  const Clock& clock_;
  fault::Injection injection_;
  board::Board board_;
  usb::Device& device_;  ///< the board, as faults let the host see it
  FirmwareRun firmware_;
  usb::Transcript transcript_;
  const usbip::Export* export_ = nullptr;
};

}  // namespace dfurig::scenario
