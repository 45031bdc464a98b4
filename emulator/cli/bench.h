// What a person at the bench does to the boards that are served, as lines of text.
#pragma once

#include <deque>
#include <string>

#include "board/board.h"
#include "usbip/exports.h"

namespace dfurig::cli {

class Bench {
 public:
  /// The boards in the order in which they are exported. Both must outlive it.
  Bench(std::deque<board::Board>& boards, const usbip::Exports& exports)
      : boards_(boards), exports_(exports) {}

  /// Does what a line says and answers with a line: "reset 1-1", "power 1-1", "pin 1-1 BOOT0=0",
  /// "help". The busid may be left out when there is one board.
  std::string perform(const std::string& line, Instant now);

 private:
  std::string act(const std::string& verb, const std::string& busid, const std::string& rest,
                  Instant now);
  board::Board* find_board(const std::string& busid);
  std::string state_of(const board::Board& board) const;

  std::deque<board::Board>& boards_;
  const usbip::Exports& exports_;
};

/// "BOOT0=1" as name and level. Throws UsageError, which begins with `verb`: "pin", "--boot-pin".
std::pair<std::string, unsigned> parse_boot_pin(const std::string& verb, const std::string& text);
/// Throws InputError, with near names, when the board has no such pin.
void set_boot_pin(board::Board& board, const std::string& name, unsigned level);

}  // namespace dfurig::cli
