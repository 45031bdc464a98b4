// core MODELS FIRMWARE: the test firmware `superloop`, code as applications have it between
// two interrupts, on a board of this project and on Unicorn, in turn: instructions a second and
// ratios. Then what a board costs from nothing to the ROM's entry, with `founding` as start-up
// code.
#include <unicorn/unicorn.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <functional>

#include "board/execution.h"
#include "model/model.h"
#include "scenario/elf.h"
#include "scenario/image.h"
#include "support/input_error.h"

namespace {

using namespace dfurig;  // NOLINT: a program

constexpr unsigned rounds = 5;
constexpr std::uint32_t flash_base = 0x08000000;

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

struct Firmware {
  std::vector<scenario::Image> content;
  board::Symbols symbols;
};

Firmware load(const std::string& path) {
  return {scenario::load_image(path + ".hex", flash_base), scenario::load_symbols(path + ".sym")};
}

std::uint32_t address_of(const Firmware& firmware, const std::string& name) {
  const auto address = firmware.symbols.find_address(name);
  if (!address) std::fprintf(stderr, "no symbol %s\n", name.c_str()), std::exit(1);
  return *address & ~1u;
}

class Bench {
 public:
  Bench(const model::Model& model, const Firmware& firmware) : board_(model) {
    for (const scenario::Image& it : firmware.content) {
      board_.chip().flash().preload(it.address, it.data);
    }
    board_.power_on({});
    execution_.emplace(board_, cpu::make_core(*model.core_spec, board_.chip()));
  }

  board::Ending run_to(std::optional<std::uint32_t> address) {
    board::RunGoal goal;
    goal.address = address;
    goal.until_rom = !address;
    goal.within = std::chrono::hours(1);
    const board::Ending ending = execution_->run(goal, {});
    if (!ending.is_goal_reached)
      std::fprintf(stderr, "%s\n", ending.sentence.c_str()), std::exit(1);
    return ending;
  }

 private:
  board::Board board_;
  std::optional<board::Execution> execution_;
};

struct Run {
  std::uint64_t instructions = 0;
  double seconds = 0;
};

Run ours(const model::Model& model, const Firmware& firmware) {
  Bench bench(model, firmware);
  bench.run_to(address_of(firmware, "main"));
  Run run;
  run.seconds =
      seconds_of([&] { run.instructions = bench.run_to(address_of(firmware, "done")).cycles; });
  return run;
}

void check(uc_err error) {
  if (error != UC_ERR_OK) std::fprintf(stderr, "unicorn: %s\n", uc_strerror(error)), std::exit(1);
}

uc_engine* make_engine(const Firmware& firmware) {
  uc_engine* engine = nullptr;
  check(uc_open(UC_ARCH_ARM, UC_MODE_THUMB, &engine));
  uc_ctl_set_cpu_model(engine, UC_CPU_ARM_CORTEX_M4);
  check(uc_mem_map(engine, flash_base, 0x10000, UC_PROT_ALL));
  check(uc_mem_map(engine, 0x20000000, 0x2000, UC_PROT_ALL));
  for (const std::uint32_t peripheral :
       {0x40021000u, 0x48000000u, 0xE000E000u}) {  // RCC, GPIOA, SCB
    check(uc_mem_map(engine, peripheral, 0x1000, UC_PROT_READ | UC_PROT_WRITE));
  }
  for (const scenario::Image& it : firmware.content) {
    check(uc_mem_write(engine, it.address, it.data.data(), it.data.size()));
  }
  std::uint32_t start[2];
  check(uc_mem_read(engine, flash_base, start, sizeof start));
  uc_reg_write(engine, UC_ARM_REG_SP, &start[0]);
  check(uc_emu_start(engine, start[1] | 1, address_of(firmware, "main"), 0, 0));
  return engine;
}

void on_code(uc_engine*, std::uint64_t, std::uint32_t, void*) {}

double unicorn(const Firmware& firmware, bool has_hook) {
  uc_engine* engine = make_engine(firmware);
  uc_hook hook = 0;
  void* const callback = reinterpret_cast<void*>(on_code);
  if (has_hook) uc_hook_add(engine, &hook, UC_HOOK_CODE, callback, nullptr, 1, 0);
  const std::uint64_t begin = address_of(firmware, "main") | 1;
  const double seconds =
      seconds_of([&] { check(uc_emu_start(engine, begin, address_of(firmware, "done"), 0, 0)); });
  uc_close(engine);
  return seconds;
}

void compare_rates(const model::Model& model, const Firmware& firmware) {
  std::vector<double> rate, hooked, plain, to_hooked, to_plain;
  for (unsigned i = 0; i < rounds; ++i) {
    const Run mine = ours(model, firmware);
    const double count = static_cast<double>(mine.instructions);
    rate.push_back(count / mine.seconds);
    hooked.push_back(count / unicorn(firmware, true));
    plain.push_back(count / unicorn(firmware, false));
    to_hooked.push_back(rate.back() / hooked.back());
    to_plain.push_back(rate.back() / plain.back());
  }
  std::printf("%-28s core %9.1f   (aim 100)\n", "M instructions/s", median(rate) / 1e6);
  std::printf("%-28s %14.1f   ratio %.2f (aim 0.35)\n", "  Unicorn with a code hook",
              median(hooked) / 1e6, median(to_hooked));
  std::printf("%-28s %14.1f   ratio %.2f\n", "  Unicorn without", median(plain) / 1e6,
              median(to_plain));
}

void measure_start(const model::Model& model, const Firmware& firmware) {
  constexpr unsigned count = 200;
  std::uint64_t instructions = 0;
  const double made = seconds_of([&] {
    for (unsigned i = 0; i < count; ++i) Bench bench(model, firmware);
  });
  const double entered = seconds_of([&] {
    for (unsigned i = 0; i < count; ++i) {
      instructions = Bench(model, firmware).run_to(std::nullopt).cycles;
    }
  });
  std::printf("%-28s %14.2f   to the ROM's entry %.2f (aim 1), with %llu instructions\n",
              "a board from nothing, ms", made / count * 1e3, entered / count * 1e3,
              static_cast<unsigned long long>(instructions));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return std::fprintf(stderr, "usage: core MODELS FIRMWARE\n"), 2;
  const std::string folder = argv[2];
  try {
    const model::Model model = model::Library(argv[1]).load("stm32l476rg");
    compare_rates(model, load(folder + "/superloop_stm32l476"));
    measure_start(model, load(folder + "/founding_stm32l476"));
  } catch (const InputError& error) {
    return std::fprintf(stderr, "%s\n", error.what()), 1;
  }
  return 0;
}
