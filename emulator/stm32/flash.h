// Main flash: sectors, program units, erase, and what programming can and cannot change.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "stm32/spec.h"

namespace dfurig::stm32 {

struct Sector {
  std::uint32_t address = 0;
  std::uint32_t size = 0;
  bool operator==(const Sector&) const = default;
};

enum class FlashStatus {
  Ok,
  OutOfRange,
  ProgramRefused,  ///< a unit was not erased, or not aligned, and the family refuses that
  Failed,          ///< the cells did not take it; without faults they always do
};

/// What happens in the cells: a seam for faults. This is flash without any.
class FlashCells {
 public:
  virtual ~FlashCells() = default;
  /// Programs one unit: `cells` hold what was there, then what is. `data` is as long.
  virtual FlashStatus program(std::uint32_t address, std::span<std::uint8_t> cells, ByteView data,
                              const FlashSpec& spec);
  /// Erases one sector, or all of them.
  virtual FlashStatus erase(std::uint32_t address, std::span<std::uint8_t> cells,
                            const FlashSpec& spec);
};

class Flash {
 public:
  explicit Flash(const FlashSpec& spec);
  Flash(const Flash&) = delete;
  Flash& operator=(const Flash&) = delete;

  const FlashSpec& spec() const { return spec_; }
  /// Other cells from now on; they must outlive it. Preloading does not ask them.
  void use_cells(FlashCells& cells) { cells_ = &cells; }
  /// Lays the sectors out anew; content survives. The size must be the same.
  void lay_out(const std::vector<SectorRun>& sectors);
  bool contains(std::uint32_t address, std::uint32_t size) const;
  const std::vector<Sector>& sectors() const { return sectors_; }
  std::optional<std::size_t> find_sector_index(std::uint32_t address) const;
  std::optional<Sector> find_sector(std::uint32_t address) const;

  ByteView content() const { return content_; }
  /// Grows when content may have changed.
  std::uint64_t version() const { return version_; }
  ByteView view(std::uint32_t address, std::uint32_t size) const;

  /// Programs whole units from `address` on; the odd tail goes the way the model says.
  FlashStatus program(std::uint32_t address, ByteView data);
  FlashStatus erase_sector(std::uint32_t address);
  FlashStatus erase_all();

  /// Sets content as a programmer over SWD would: no erase needed, every byte as given.
  FlashStatus preload(std::uint32_t address, ByteView data);

 private:
  FlashSpec spec_;
  FlashCells own_cells_;
  FlashCells* cells_ = &own_cells_;
  std::vector<Sector> sectors_;
  Bytes content_;
  std::uint64_t version_ = 0;
};

}  // namespace dfurig::stm32
