#include "stm32/backup_registers.h"

#include <array>

#include "stm32/register_block.h"

namespace dfurig::stm32 {
namespace {

// RM0351 §38.3.7: the keys that let RTC registers be written.
constexpr std::array<std::uint32_t, 2> wpr_keys = {0xCA, 0x53};

// RM0351 §38.6.4, ISR; ICSR of newer ones.
constexpr std::uint32_t isr_rsf = 1u << 5;
constexpr std::uint32_t isr_initf = 1u << 6;
constexpr std::uint32_t isr_init = 1u << 7;

}  // namespace

BackupRegisters::BackupRegisters(RegisterBlock& block, Surroundings& surroundings)
    : block_(block), surroundings_(surroundings), wpr_(block.find("WPR")), isr_(block.find("ISR")) {
  if (!isr_) isr_ = block.find("ICSR");
}

void BackupRegisters::reset(bool) {
  keys_ = 0;
}

void BackupRegisters::before_read(std::size_t index) {
  before_ = block_.value(index);
}

/// RM0351 §5.1.5: after reset DBP keeps the backup domain from being written. Some families have
/// it in another register of PWR, or none.
bool BackupRegisters::is_open() const {
  const RegisterBlock* pwr = surroundings_.find_block("PWR");
  if (pwr == nullptr) return true;
  for (std::size_t i = 0; i < pwr->spec().registers.size(); ++i) {
    for (const FieldSpec& field : pwr->spec().registers[i].fields) {
      if (field.name == "DBP") return (pwr->value(i) & field_mask(field)) != 0;
    }
  }
  return true;
}

/// RM0351 §38.3.7: all registers but backup registers, tamper configuration, and the flags of ISR.
bool BackupRegisters::is_protected(std::size_t index) const {
  if (!wpr_ || index == wpr_ || index == isr_) return false;
  const std::string& name = block_.spec().registers[index].name;
  return !name.starts_with("BKP") && name != "TAFCR" && name != "TAMPCR";
}

void BackupRegisters::written(std::size_t index, std::uint32_t word) {
  if (index == wpr_) return take_key(word & 0xFF);
  const char* why = nullptr;
  if (!is_open()) why = "written while PWR's DBP is 0";
  if (is_protected(index) && keys_ < wpr_keys.size()) why = "written while WPR protects it";
  if (why != nullptr) {
    block_.value(index) = before_;
    return block_.count(index, why);
  }
  if (index == isr_) take_mode();
}

/// A wrong key protects again.
void BackupRegisters::take_key(std::uint32_t word) {
  const bool is_next = keys_ < wpr_keys.size() && word == wpr_keys[keys_];
  keys_ = is_next ? keys_ + 1 : 0;
}

/// RM0351 §38.3.7: INITF follows INIT; RSF comes when initialisation is over. Both at once.
void BackupRegisters::take_mode() {
  std::uint32_t& isr = block_.value(*isr_);
  if (keys_ < wpr_keys.size()) {
    isr = (isr & ~isr_init) | (before_ & isr_init);
  }
  const bool is_initialising = (isr & isr_init) != 0;
  isr = is_initialising ? (isr | isr_initf) & ~isr_rsf : (isr | isr_rsf) & ~isr_initf;
}

}  // namespace dfurig::stm32
