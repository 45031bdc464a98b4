// core INSTRUCTIONS: a loop of loads, stores, arithmetic and calls on this project's core and on
// Unicorn, in turn; instructions a second, ratios, and the time it takes to create each.
#include <unicorn/unicorn.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <functional>

#include "cpu/test_bus.h"

namespace {

using namespace dfurig::cpu;  // NOLINT: a program

constexpr unsigned rounds = 5;
constexpr std::uint32_t start = TestBus::flash_base + 0x100;
constexpr std::uint32_t end = start + 0x1A;
constexpr std::uint32_t per_turn = 17;  ///< instructions, with those of the function
const std::vector<std::uint16_t> loop = {
    0x6820, 0x3001, 0x6020, 0x4601,  // ldr r0, [r4]; adds r0, #1; str r0, [r4]; mov r1, r0
    0xF000, 0xF808, 0x4042, 0x6863,  // bl function; eors r2, r0; ldr r3, [r4, #4]
    0xF013, 0x0F02, 0xD1F4,          // tst r3, #2; bne loop
    0x3D01, 0xD1F2, 0xE7FE,          // subs r5, #1; bne loop; b .
    0xB510, 0x0089, 0x2407, 0x4361,  // function: push {r4, lr}; lsls r1, #2; movs r4, #7; muls
    0xEB01, 0x00D0, 0xBD10,          // add r0, r1, r0, lsr #3; pop {r4, pc}
};

/// Of the processor: the machine may be busy with other things.
double seconds_of(const std::function<void()>& work) {
  const std::clock_t begin = std::clock();
  work();
  return static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

void fill(TestBus& bus) {
  bus.put_word(TestBus::flash_base, TestBus::ram_base + 0x800);
  bus.put_word(TestBus::flash_base + 4, start | 1);
  bus.put(start, loop);
}

double ours(std::uint32_t turns) {
  TestBus bus;
  fill(bus);
  const auto core = make_core(cortex_m4f(), bus);
  core->reset(TestBus::flash_base);
  core->state().r[4] = TestBus::ram_base;
  core->state().r[5] = turns;
  const double seconds = seconds_of([&] { core->run({std::uint64_t{turns} * per_turn, {}}); });
  if (core->state().r[5] > 1) std::fprintf(stderr, "the loop did not end\n"), std::exit(1);
  return turns * double{per_turn} / seconds;
}

void on_code(uc_engine*, std::uint64_t, std::uint32_t, void*) {}

uc_engine* engine() {
  uc_engine* result = nullptr;
  if (uc_open(UC_ARCH_ARM, UC_MODE_THUMB, &result) != UC_ERR_OK) std::exit(1);
  uc_ctl_set_cpu_model(result, UC_CPU_ARM_CORTEX_M4);
  uc_mem_map(result, TestBus::flash_base, 0x1000, UC_PROT_ALL);
  uc_mem_map(result, TestBus::ram_base, 0x1000, UC_PROT_ALL);
  return result;
}

double unicorn(std::uint32_t turns, bool has_hook) {
  TestBus bus;
  fill(bus);
  uc_engine* it = engine();
  uc_mem_write(it, TestBus::flash_base, bus.flash.data(), bus.flash.size());
  const std::uint32_t r4 = TestBus::ram_base, stack = TestBus::ram_base + 0x800;
  uc_reg_write(it, UC_ARM_REG_R4, &r4);
  uc_reg_write(it, UC_ARM_REG_R5, &turns);
  uc_reg_write(it, UC_ARM_REG_SP, &stack);
  uc_hook hook = 0;
  if (has_hook) uc_hook_add(it, &hook, UC_HOOK_CODE, reinterpret_cast<void*>(on_code), it, 1, 0);
  uc_err error = UC_ERR_OK;
  const double seconds = seconds_of([&] { error = uc_emu_start(it, start | 1, end, 0, 0); });
  if (error != UC_ERR_OK) std::fprintf(stderr, "unicorn: %s\n", uc_strerror(error)), std::exit(1);
  uc_close(it);
  return turns * double{per_turn} / seconds;
}

void compare_rates(std::uint32_t turns) {
  std::vector<double> mine, hooked, plain, to_hooked, to_plain;
  for (unsigned i = 0; i < rounds; ++i) {
    mine.push_back(ours(turns));
    hooked.push_back(unicorn(turns, true));
    plain.push_back(unicorn(turns, false));
    to_hooked.push_back(mine.back() / hooked.back());
    to_plain.push_back(mine.back() / plain.back());
  }
  std::printf("%-28s core %9.1f   (aim 100)\n", "M instructions/s", median(mine) / 1e6);
  std::printf("%-28s %14.1f   ratio %.2f (aim 0.35)\n", "  Unicorn with a code hook",
              median(hooked) / 1e6, median(to_hooked));
  std::printf("%-28s %14.1f   ratio %.2f\n", "  Unicorn without", median(plain) / 1e6,
              median(to_plain));
}

void compare_creation() {
  constexpr unsigned count = 200;
  TestBus bus;
  fill(bus);
  const double mine = seconds_of([&] {
    for (unsigned i = 0; i < count; ++i) make_core(cortex_m4f(), bus)->reset(TestBus::flash_base);
  });
  const double theirs = seconds_of([] {
    for (unsigned i = 0; i < count; ++i) uc_close(engine());
  });
  std::printf("%-28s core %9.4f   Unicorn %.4f\n", "creation, ms", mine / count * 1e3,
              theirs / count * 1e3);
}

}  // namespace

int main(int argc, char** argv) {
  const long instructions = argc > 1 ? std::atol(argv[1]) : 20'000'000;
  compare_rates(static_cast<std::uint32_t>(instructions / per_turn));
  compare_creation();
  return 0;
}
