// A board with a host beside it, for tests.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "board/board.h"
#include "dfu/dfu.h"
#include "dfu/dfuse.h"
#include "model/changes.h"

namespace dfurig::board {

inline model::Model load(const std::string& name, const std::string& bootloader = "",
                         const std::vector<std::string>& settings = {}) {
  const model::Library library(std::string(DFURIG_SOURCE_DIR) + "/models");
  return library.load(name, bootloader, model::parse_changes(settings));
}

/// MSP into SRAM, a Thumb reset handler in flash.
inline const Bytes application = {0x00, 0x10, 0x00, 0x20, 0x41, 0x00, 0x00, 0x08};

class Bench {
 public:
  explicit Bench(model::Model model, Options options = {})
      : board_(std::move(model), std::move(options)) {}

  void start_in_bootloader() {
    board_.set_boot_pin("BOOT0", 1);
    board_.power_on(now_);
    run();
  }
  /// Lets everything that is about to happen happen.
  void run() {
    for (auto next = board_.next_event(); next; next = board_.next_event()) {
      now_ = *next;
      board_.advance(now_);
    }
  }
  usb::Answer out(std::uint8_t bRequest, std::uint16_t wValue, const Bytes& data = {}) {
    const auto wLength = static_cast<std::uint16_t>(data.size());
    return board_.control({0x21, bRequest, wValue, 0, wLength}, data, now_);
  }
  usb::ControlReply in(std::uint8_t bRequest, std::uint16_t wValue, std::size_t size) {
    const auto wLength = static_cast<std::uint16_t>(size);
    const usb::Answer answer = board_.control({0xA1, bRequest, wValue, 0, wLength}, {}, now_);
    now_ += answer.hold;
    return answer.reply;
  }
  dfu::StatusReply status() {
    return dfu::parse_status_reply(std::get<usb::DataStage>(in(dfu::DFU_GETSTATUS, 0, 6)).data);
  }
  dfu::State getstatus() { return status().bState; }
  void leave() {
    while (getstatus() == dfu::State::dfuERROR) out(dfu::DFU_CLRSTATUS, 0);
    out(dfu::DFU_DNLOAD, 0);
    ASSERT_EQ(getstatus(), dfu::State::dfuMANIFEST);
  }
  /// Where the reply may be lost.
  void leave_unheard() {
    go_idle();
    out(dfu::DFU_DNLOAD, 0);
    in(dfu::DFU_GETSTATUS, 0, 6);
    run();
  }
  /// As dfu-util: out of an error by CLRSTATUS, out of everything else by ABORT.
  void go_idle() {
    for (int i = 0; i < 3 && status().bState != dfu::State::dfuIDLE; ++i) {
      out(board_.bootloader()->state() == dfu::State::dfuERROR ? dfu::DFU_CLRSTATUS
                                                               : dfu::DFU_ABORT,
          0);
    }
    ASSERT_EQ(getstatus(), dfu::State::dfuIDLE);
  }
  /// A download and what it ends with.
  dfu::Status operate(std::uint16_t wBlockNum, const Bytes& data) {
    go_idle();
    out(dfu::DFU_DNLOAD, wBlockNum, data);
    EXPECT_EQ(getstatus(), dfu::State::dfuDNBUSY);
    return status().bStatus;
  }
  /// A download that ends with a reset: nothing answers the second GETSTATUS.
  void operate_and_lose(std::uint16_t wBlockNum, const Bytes& data) {
    go_idle();
    out(dfu::DFU_DNLOAD, wBlockNum, data);
    EXPECT_EQ(getstatus(), dfu::State::dfuDNBUSY);
    EXPECT_EQ(in(dfu::DFU_GETSTATUS, 0, 6), usb::ControlReply{usb::NoReply{}});
    const std::uint32_t before = board_.attachment();
    run();
    EXPECT_NE(board_.attachment(), before) << "it must unplug";
  }
  static Bytes command(std::uint8_t code, std::uint32_t address) {
    return ByteWriter().u8(code).u32le(address).take();
  }
  dfu::Status set_address(std::uint32_t address) {
    return operate(0, command(dfu::SET_ADDRESS_POINTER, address));
  }
  /// Absent when the upload is stalled.
  std::optional<Bytes> upload(std::uint16_t wBlockNum, std::size_t size) {
    go_idle();
    const usb::ControlReply reply = in(dfu::DFU_UPLOAD, wBlockNum, size);
    if (const auto* data = std::get_if<usb::DataStage>(&reply)) return data->data;
    EXPECT_EQ(reply, usb::ControlReply{usb::Stall{}});
    return std::nullopt;
  }
  std::string last_event() const { return board_.events().back().what; }

  Instant now_{};
  Board board_;
};

class BoardTest : public testing::Test, protected Bench {
 protected:
  explicit BoardTest(model::Model model = load("stm32l476rg"), Options options = {})
      : Bench(std::move(model), std::move(options)) {}
};

}  // namespace dfurig::board
