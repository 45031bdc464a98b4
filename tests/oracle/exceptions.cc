// exceptions MODELS MODEL IMAGE COUNT ADDRESS…: runs an image from reset and, each time it reaches
// one of the addresses, prints registers, xPSR, CFSR, HFSR, and the frame's address and words,
// COUNT times at most. test_exceptions.py asks QEMU the same.
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <vector>

#include "cpu/core.h"
#include "model/model.h"
#include "scenario/image.h"
#include "stm32/chip.h"

namespace dfurig::cpu {
namespace {

constexpr std::uint32_t cfsr = 0xE000ED28, hfsr = 0xE000ED2C;
constexpr std::uint64_t cycles_max = 1'000'000;
constexpr unsigned frame_words = 8;

void print(Core& core, stm32::Chip& chip) {
  const State& state = core.state();
  for (const std::uint32_t value : state.r) std::printf("%08x ", value);
  std::printf("%08x %08x %08x", xpsr(state), core.peek_system(cfsr).value_or(0),
              core.peek_system(hfsr).value_or(0));
  // EXC_RETURN says which stack the frame is on.
  const bool is_on_psp = state.is_handler_mode() && (state.r[lr] & 4) != 0;
  const std::uint32_t frame = is_on_psp ? state.psp() : state.r[sp];
  std::printf(" %08x", frame);
  for (unsigned i = 0; i < frame_words; ++i) {
    std::printf(" %08x", chip.read(frame + 4 * i, 4).value_or(0));
  }
  std::printf("\n");
}

int run(int argc, char** argv) {
  const model::Model model = model::Library(argv[1]).load(argv[2]);
  stm32::Chip chip(model.chip);
  chip.reset(stm32::ResetKind::PowerOn);
  for (const scenario::Image& it : scenario::load_image(argv[3], model.chip.flash.base)) {
    chip.flash().preload(it.address, it.data);
  }
  const std::unique_ptr<Core> core = make_core(*model.core_spec, chip);
  RunLimits limits{cycles_max, {}};
  for (int i = 5; i < argc; ++i) {
    limits.breakpoints.push_back(static_cast<std::uint32_t>(std::strtoul(argv[i], nullptr, 16)));
  }
  core->reset(model.chip.flash.base);
  for (int stops = std::atoi(argv[4]); stops > 0;) {
    const Stop stop = core->run(limits);
    if (stop.reason == StopReason::Attention) {
      chip.take_attention();
      continue;
    }
    if (stop.reason != StopReason::Breakpoint) return 0;
    print(*core, chip);
    --stops;
  }
  return 0;
}

}  // namespace
}  // namespace dfurig::cpu

int main(int argc, char** argv) {
  return argc < 6 ? 2 : dfurig::cpu::run(argc, argv);
}
