// A unit with its registers, and surroundings that record what it asks of them.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "stm32/register_block.h"
#include "stm32/unit.h"

namespace dfurig::stm32 {

inline RegisterSpec storage(const std::string& name, std::uint32_t offset,
                            std::uint32_t reset = 0) {
  return {name, offset, reset, Access::ReadWrite, {}, "", {}, "", 0, ""};
}

inline RegisterSpec with_access(RegisterSpec spec, Access access) {
  spec.access = access;
  return spec;
}

/// Bits 15:0 only.
inline RegisterSpec half(RegisterSpec spec) {
  spec.fields = {{spec.name, 0, 16, spec.access, {}, true}};
  return spec;
}

inline BlockSpec block_of(const std::string& name, std::vector<RegisterSpec> registers) {
  BlockSpec spec;
  spec.name = name;
  spec.base = 0x40000000;
  spec.registers = std::move(registers);
  return spec;
}

class RecordedSurroundings : public Surroundings {
 public:
  RegisterBlock* find_block(const std::string& name) override {
    const auto found = blocks.find(name);
    return found == blocks.end() ? nullptr : found->second;
  }
  std::chrono::nanoseconds now() const override { return {}; }
  void request_reset(ResetCause cause) override { resets.push_back(cause); }
  bool pin_level(unsigned port, unsigned pin) const override {
    const auto found = levels.find({port, pin});
    return found != levels.end() && found->second;
  }
  void transmitted(const std::string& block, std::uint8_t byte) override {
    sent[block].push_back(static_cast<char>(byte));
  }

  std::map<std::string, RegisterBlock*> blocks;
  std::map<std::pair<unsigned, unsigned>, bool> levels;
  std::vector<ResetCause> resets;
  std::map<std::string, std::string> sent;
};

class UnitRig {
 public:
  UnitRig(const std::string& kind, const std::string& name, std::vector<RegisterSpec> registers,
          std::vector<unsigned> interrupts = {})
      : spec_(block_of(name, std::move(registers))) {
    spec_.unit = kind;
    spec_.interrupts = std::move(interrupts);
    block = std::make_unique<RegisterBlock>(spec_, not_emulated_);
    around.blocks[name] = block.get();
    unit = make_unit(*block, around);
    block->attach(unit.get());
  }
  void write(const std::string& name, std::uint32_t word) {
    block->write(spec_.registers[*block->find(name)].offset, 4, word);
  }
  std::uint32_t read(const std::string& name) {
    return block->read(spec_.registers[*block->find(name)].offset, 4);
  }
  void reset(bool is_power_on) { block->reset(is_power_on); }

 private:
  NotEmulated not_emulated_;
  BlockSpec spec_;

 public:
  RecordedSurroundings around;
  std::unique_ptr<RegisterBlock> block;
  std::unique_ptr<Unit> unit;
};

}  // namespace dfurig::stm32
