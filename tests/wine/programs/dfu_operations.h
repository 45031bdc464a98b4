// DFU as ST's STDFUPRT.dll does it, over the public interface of STTubeDevice30.dll: what is asked,
// in which order, and what is done about each answer (ST, DfuSe 3.0.6, STDFUPRT/DFUHREAD.CPP and
// the threads beside it; published in STSW-STM32080).
#pragma once

#include <windows.h>

#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

using Bytes = std::vector<std::uint8_t>;

/// What the interface answered instead of STDEVICE_NOERROR, or what a state should have been.
struct Failure : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Throws Failure.
void check(const std::string& what, DWORD result);

class Dfu {
 public:
  /// Opens the device, without an unplug event, as STDFU.dll does.
  explicit Dfu(const std::string& link);
  ~Dfu();
  Dfu(const Dfu&) = delete;
  Dfu& operator=(const Dfu&) = delete;

  HANDLE handle() const { return handle_; }
  void select(unsigned alternate);
  /// Their names.
  std::vector<std::string> alternates() const;
  /// bmAttributes of the functional descriptor (DFU 1.1 table 4.2).
  std::uint8_t attributes() const;
  /// wTransferSize of the functional descriptor after the last alternate setting.
  unsigned transfer_size() const;

  void ensure_idle();
  void erase(std::uint32_t address) { command(0x41, address); }
  void set_address(std::uint32_t address) { command(0x21, address); }
  void download(std::uint16_t wBlockNum, const Bytes& data);
  Bytes upload(std::uint16_t wBlockNum, std::uint16_t length);
  void abort();

 private:
  struct Status {
    bool is_known = false;
    std::uint8_t bStatus = 0xFF;
    unsigned bwPollTimeout = 0;
    std::uint8_t bState = 0xFF;
  };

  /// After the last alternate setting.
  std::vector<BYTE> functional_descriptor() const;
  DWORD request(bool is_in, std::uint8_t request, std::uint16_t wValue, std::uint16_t length,
                std::uint8_t* data);
  Status get_status();
  std::uint8_t get_state();
  void clear_status();
  void command(std::uint8_t command, std::uint32_t address);
  void leave_error_state();
  void finish_busy(Status status);

  HANDLE handle_ = nullptr;
};
