#include "cpu/fault.h"

#include <array>

namespace dfurig::cpu {
namespace {

struct BitName {
  unsigned bit;
  const char* name;
};

// DDI 0403E §B3.2.15.
constexpr std::array cfsr_names = {
    BitName{0, "IACCVIOL"},   BitName{1, "DACCVIOL"},    BitName{3, "MUNSTKERR"},
    BitName{4, "MSTKERR"},    BitName{5, "MLSPERR"},     BitName{7, "MMARVALID"},
    BitName{8, "IBUSERR"},    BitName{9, "PRECISERR"},   BitName{10, "IMPRECISERR"},
    BitName{11, "UNSTKERR"},  BitName{12, "STKERR"},     BitName{13, "LSPERR"},
    BitName{15, "BFARVALID"}, BitName{16, "UNDEFINSTR"}, BitName{17, "INVSTATE"},
    BitName{18, "INVPC"},     BitName{19, "NOCP"},       BitName{24, "UNALIGNED"},
    BitName{25, "DIVBYZERO"},
};
// §B3.2.16.
constexpr std::array hfsr_names = {BitName{1, "VECTTBL"}, BitName{30, "FORCED"},
                                   BitName{31, "DEBUGEVT"}};

template <typename Names>
std::string names_of(const Names& names, std::uint32_t value) {
  std::string text;
  for (const BitName& it : names) {
    if ((value >> it.bit & 1) != 0) text += (text.empty() ? "" : " ") + std::string(it.name);
  }
  return text;
}

}  // namespace

std::string to_string(FaultKind kind) {
  if (kind == FaultKind::None) return "SVC";
  return cfsr_text(static_cast<std::uint32_t>(kind));
}

std::string cfsr_text(std::uint32_t cfsr) {
  return names_of(cfsr_names, cfsr);
}

std::string hfsr_text(std::uint32_t hfsr) {
  return names_of(hfsr_names, hfsr);
}

}  // namespace dfurig::cpu
