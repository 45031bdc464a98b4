// A core that does what a test tells it, one stop after the other.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <utility>
#include <vector>

#include "cpu/core.h"

namespace dfurig::board {

class ScriptedCore : public cpu::Core {
 public:
  explicit ScriptedCore(stm32::Bus& bus) : bus_(bus) {}

  /// The next run lets `cycles` pass, calls `act` and ends so; without a script the budget passes.
  void then(cpu::Stop stop, std::uint64_t cycles = 0, std::function<void()> act = {}) {
    script_.push_back({stop, cycles, std::move(act)});
  }
  std::vector<cpu::RunLimits> limits;  ///< of each run
  std::vector<std::uint32_t> resets;   ///< vector tables
  std::vector<cpu::FaultRecord> records;
  std::vector<cpu::TraceEntry> traced;
  std::map<std::uint32_t, std::uint32_t> system;  ///< what was poked

  const cpu::CoreSpec& spec() const override { return spec_; }
  void reset(std::uint32_t vector_table) override { resets.push_back(vector_table); }
  cpu::Stop run(const cpu::RunLimits& limit) override {
    limits.push_back(limit);
    Entry entry{{}, limit.cycles, {}};
    if (!script_.empty()) {
      entry = script_.front();
      script_.pop_front();
    }
    state_.cycles += entry.cycles;
    bus_.advance(entry.cycles);
    if (entry.act) entry.act();
    state_.r[cpu::pc] = entry.stop.pc;
    return entry.stop;
  }
  cpu::State& state() override { return state_; }
  std::optional<std::uint32_t> peek_system(std::uint32_t address) const override {
    const auto found = system.find(address);
    return found == system.end() ? 0 : found->second;
  }
  bool poke_system(std::uint32_t address, std::uint32_t value) override {
    system[address] = value;
    return true;
  }
  const std::vector<cpu::FaultRecord>& faults() const override { return records; }
  std::vector<std::pair<std::string, std::uint64_t>> not_emulated() const override { return {}; }
  std::optional<cpu::Poll> longest_poll() const override { return std::nullopt; }
  void set_stuck_poll(std::uint64_t) override {}
  void keep_trace(std::size_t) override {}
  std::vector<cpu::TraceEntry> trace() const override { return traced; }

 private:
  struct Entry {
    cpu::Stop stop;
    std::uint64_t cycles = 0;
    std::function<void()> act;
  };
  stm32::Bus& bus_;
  cpu::CoreSpec spec_;
  cpu::State state_;
  std::deque<Entry> script_;
};

}  // namespace dfurig::board
