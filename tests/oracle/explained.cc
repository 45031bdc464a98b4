#include "oracle/explained.h"

#include <array>
#include <bit>

#include "cpu/floating_point_values.h"
#include "cpu/machine.h"

namespace dfurig::cpu {
namespace {

bool is_sp_or_pc(std::uint32_t number) {
  return number == sp || number == pc;
}
unsigned rn_of(const Difference& d) {
  return bits(d.opcode, 19, 16);
}
unsigned rt_of(const Difference& d) {
  return bits(d.opcode, 15, 12);
}
unsigned rd_of(const Difference& d) {
  return bits(d.opcode, 11, 8);
}
unsigned rm_of(const Difference& d) {
  return bits(d.opcode, 3, 0);
}
std::uint32_t base_of(const Difference& d) {
  return d.before.r[rn_of(d)];
}

bool always(const Difference&) {
  return true;
}

/// Ours is theirs without bits 1 and 0 of SP.
bool is_sp_alignment(const Difference& d) {
  State theirs = d.theirs;
  if (!d.is_ours || !d.is_theirs || theirs.r[sp] == d.ours.r[sp]) return false;
  theirs.r[sp] &= ~3u;
  return theirs == d.ours || (theirs.r == d.ours.r && xpsr(theirs) == xpsr(d.ours));
}

/// §B3.1, table B3-1.
bool is_branch_to_execute_never(const Difference& d) {
  const std::uint32_t target = d.ours.r[pc];
  return d.is_ours && (target >= 0xA0000000 || (target >= 0x40000000 && target < 0x60000000));
}
bool has_it_condition_15(const Difference& d) {
  const unsigned condition = bits(d.opcode, 7, 4), mask = bits(d.opcode, 3, 0);
  return condition == 15 || (condition == 14 && std::popcount(mask) != 1);
}
bool is_executed_here(const Difference& d) {
  return d.is_ours;
}
bool is_v6m(const Difference& d) {
  return d.spec.architecture == Architecture::ArmV6M;
}
bool is_m3(const Difference& d) {
  return d.spec.architecture == Architecture::ArmV7M;
}

bool has_sp_or_pc_as_rd_or_rn(const Difference& d) {
  return is_sp_or_pc(rd_of(d)) || is_sp_or_pc(rn_of(d));
}
bool has_sp_or_pc_as_rd(const Difference& d) {
  return is_sp_or_pc(rd_of(d));
}
bool has_sp_or_pc_anywhere(const Difference& d) {
  return has_sp_or_pc_as_rd_or_rn(d) || is_sp_or_pc(rt_of(d)) || is_sp_or_pc(rm_of(d));
}
bool has_sp_or_pc_as_rm(const Difference& d) {
  return has_sp_or_pc_as_rd_or_rn(d) || is_sp_or_pc(rm_of(d));
}
/// Bits 26 and 5 should be 0; a field must lie in the word.
bool is_bad_bit_field(const Difference& d) {
  const unsigned lsb = bits(d.opcode, 14, 12) << 2 | bits(d.opcode, 7, 6);
  const unsigned last = bits(d.opcode, 4, 0);
  const bool is_extract = bits(d.opcode, 21, 21) == 0;
  return bit(d.opcode, 26) || bit(d.opcode, 5) || (is_extract ? lsb + last > 31 : last < lsb) ||
         has_sp_or_pc_as_rd_or_rn(d);
}
bool is_bad_saturation(const Difference& d) {
  return bit(d.opcode, 26) || has_sp_or_pc_as_rd_or_rn(d) || bit(d.opcode, 5) || bit(d.opcode, 4);
}

std::uint32_t list_of(const Difference& d) {
  return d.is_long ? bits(d.opcode, 15, 0) : bits(d.opcode, 7, 0) | bits(d.opcode, 8, 8) << 14;
}
bool is_bad_list(const Difference& d) {
  const std::uint32_t list = list_of(d);
  const bool is_load = bit(d.opcode, 20);
  return rn_of(d) == pc || std::popcount(list) < 2 || bit(list, sp) ||
         (bit(list, pc) && (!is_load || bit(list, lr))) ||
         (bit(list, rn_of(d)) && bit(d.opcode, 21));
}
bool is_empty_list(const Difference& d) {
  return bits(d.opcode, 7, 0) == 0;
}
bool stores_its_base(const Difference& d) {
  const unsigned rn = bits(d.opcode, 10, 8);
  return bit(d.opcode, rn) && (d.opcode & ((1u << rn) - 1)) != 0;
}
bool is_base_unaligned(const Difference& d) {
  return base_of(d) % 4 != 0;
}
bool is_short_base_unaligned(const Difference& d) {
  return d.before.r[bits(d.opcode, 10, 8)] % 4 != 0;
}
bool is_bad_dual(const Difference& d) {
  const bool writes_back = bit(d.opcode, 21);
  return is_sp_or_pc(rt_of(d)) || is_sp_or_pc(rd_of(d)) || rt_of(d) == rd_of(d) ||
         (writes_back && (rn_of(d) == rt_of(d) || rn_of(d) == rd_of(d) || rn_of(d) == pc)) ||
         rn_of(d) == pc;
}
bool is_bad_exclusive(const Difference& d) {
  return is_sp_or_pc(rt_of(d)) || rn_of(d) == pc || is_sp_or_pc(rd_of(d)) ||
         is_sp_or_pc(rm_of(d)) ||
         (rm_of(d) == rn_of(d) || rm_of(d) == rt_of(d) || rd_of(d) == rn_of(d) ||
          rd_of(d) == rt_of(d));
}
bool is_bad_table_branch(const Difference& d) {
  return rn_of(d) == sp || is_sp_or_pc(rm_of(d));
}
bool is_bad_transfer(const Difference& d) {
  const bool is_immediate_8 = bit(d.opcode, 11) && !bit(d.opcode, 23);
  const bool writes_back = is_immediate_8 && bit(d.opcode, 8);
  const bool is_word_load = bits(d.opcode, 22, 20) == 5;
  return (writes_back && (rn_of(d) == rt_of(d) || rn_of(d) == pc)) ||
         (is_sp_or_pc(rt_of(d)) && !is_word_load) || rt_of(d) == pc ||
         (!bit(d.opcode, 11) && !bit(d.opcode, 23) && is_sp_or_pc(rm_of(d)));
}
bool is_bad_control(const Difference& d) {
  return bit(d.opcode, 13) || rn_of(d) != 15 || is_sp_or_pc(rd_of(d)) || rd_of(d) != 15;
}
bool is_bad_msr(const Difference& d) {
  const unsigned sysm = bits(d.opcode, 7, 0);
  const bool is_known = sysm <= 3 || sysm == 8 || sysm == 9 || (sysm >= 16 && sysm <= 20);
  return !is_known || bit(d.opcode, 20) || bit(d.opcode, 13) || bits(d.opcode, 9, 8) != 0 ||
         is_sp_or_pc(rn_of(d)) || bits(d.opcode, 11, 10) != 2;
}

bool touches_a_register(const Difference& d) {
  return d.is_ours && !d.is_theirs && d.is_at_register;
}
bool has_bad_pair(const Difference& d) {
  const bool is_after_s31 = !bit(d.opcode, 8) && bits(d.opcode, 3, 0) == 15 && bit(d.opcode, 5);
  return rt_of(d) == pc || rn_of(d) == pc || is_after_s31;
}
bool is_rt_pc(const Difference& d) {
  return rt_of(d) == pc;
}
bool has_too_many_integer_bits(const Difference& d) {
  return !bit(d.opcode, 7) && (bits(d.opcode, 3, 0) << 1 | bits(d.opcode, 5, 5)) > 16;
}
bool has_double_precision(const Difference& d) {
  return d.spec.floating_point == FloatingPoint::FpV5Sp;
}
/// Only the register with the result and IXC differ.
bool rounds_otherwise(const Difference& d) {
  return rounding_of(d.before.fpscr) != Rounding::Nearest && d.ours.fpscr == d.theirs.fpscr;
}

struct Row {
  std::uint32_t mask, value;
  bool is_long;
  bool (*holds)(const Difference&);
  const char* why;
};

constexpr const char* unpredictable_register =
    "SP or PC where the manual calls it unpredictable (§A5.1.2 and each instruction)";
constexpr std::array rows = {
    Row{0, 0, true, is_sp_alignment,
        "SP keeps bits 1 and 0 clear (§B1.4.1); Unicorn lets them be set"},
    Row{0, 0, false, is_sp_alignment,
        "SP keeps bits 1 and 0 clear (§B1.4.1); Unicorn lets them be set"},
    Row{0, 0, true, is_branch_to_execute_never,
        "a branch to an execute-never region: the fault is the next instruction's (§B3.1)"},
    Row{0, 0, false, is_branch_to_execute_never,
        "a branch to an execute-never region: the fault is the next instruction's (§B3.1)"},
    Row{0xF500, 0xB100, false, is_v6m, "Unicorn's Cortex-M0 executes CBZ (not in DDI 0419)"},
    Row{0xFF00, 0xBF00, false, is_v6m, "Unicorn's Cortex-M0 executes IT (not in DDI 0419)"},
    Row{0xFFF0, 0xB650, false, always, "SETEND is not in the M profile; Unicorn executes it"},
    Row{0xFF00, 0xBC00, false, is_empty_list, "POP of no registers is unpredictable (§A7.7.99)"},
    Row{0xFF00, 0xB400, false, is_empty_list, "PUSH of no registers is unpredictable (§A7.7.101)"},
    Row{0xFF00, 0xBF00, false, has_it_condition_15,
        "IT with a condition that is unpredictable (§A7.7.38)"},
    Row{0xFF00, 0xBF00, false, is_executed_here,
        "Unicorn executes the whole block with the IT; blocks are compared by themselves"},
    Row{0xF800, 0xC000, false, is_empty_list, "STM of no registers is unpredictable (§A7.7.159)"},
    Row{0xF800, 0xC800, false, is_empty_list, "LDM of no registers is unpredictable (§A7.7.41)"},
    Row{0xF800, 0xC000, false, stores_its_base,
        "STM stores an unknown value for its base (§A7.7.159)"},
    Row{0xF000, 0xC000, false, is_short_base_unaligned,
        "Unicorn does not check the alignment of LDM and STM (§A3.2.1)"},
    Row{0xFA000000, 0xEA000000, true, has_sp_or_pc_as_rm, unpredictable_register},
    Row{0xFA008000, 0xF0000000, true, has_sp_or_pc_as_rd_or_rn, unpredictable_register},
    Row{0xFA008000, 0xF2000000, true, has_sp_or_pc_as_rd, unpredictable_register},
    Row{0xFF1F0000, 0xF80F0000, true, always,
        "a store by PC is undefined (§A5.3.10); Unicorn executes it"},
    Row{0xFF100000, 0xF9000000, true, always,
        "there are no signed stores (§A5.3.10); Unicorn executes them"},
    Row{0xFB508000, 0xF3400000, true, is_bad_bit_field,
        "a bit field outside of the word, or bits that should be 0 (§A7.7.14, §A7.7.126)"},
    Row{0xFB508000, 0xF3000000, true, is_bad_saturation,
        "bits of SSAT or USAT that should be 0 (§A7.7.134)"},
    Row{0xFF000000, 0xFA000000, true, has_sp_or_pc_as_rm, unpredictable_register},
    Row{0xFF000000, 0xFB000000, true, has_sp_or_pc_anywhere, unpredictable_register},
    Row{0xFF000000, 0xFA000000, true, is_m3, "Unicorn's Cortex-M3 executes the DSP extension"},
    Row{0xFF000000, 0xFB000000, true, is_m3, "Unicorn's Cortex-M3 executes the DSP extension"},
    Row{0xFBD08000, 0xF3000000, true, is_m3, "Unicorn's Cortex-M3 executes the DSP extension"},
    Row{0xFBD08000, 0xF3800000, true, is_m3, "Unicorn's Cortex-M3 executes the DSP extension"},
    Row{0xFFE00000, 0xEAC00000, true, is_m3, "Unicorn's Cortex-M3 executes the DSP extension"},
    Row{0xFE400000, 0xE8000000, true, is_bad_list,
        "a list of registers that is unpredictable (§A7.7.41, §A7.7.159)"},
    Row{0xFE400000, 0xE8000000, true, is_base_unaligned,
        "Unicorn does not check the alignment of LDM and STM (§A3.2.1)"},
    Row{0xFFE00000, 0xE8400000, true, is_bad_exclusive,
        "registers that are unpredictable in an exclusive access (§A7.7.167)"},
    Row{0xFFE00000, 0xE8400000, true, is_base_unaligned,
        "Unicorn does not check the alignment of exclusives (§A3.2.1)"},
    Row{0xFFE000F0, 0xE8C00070, true, always,
        "LDREXD and STREXD are not in the M profile; Unicorn executes them"},
    Row{0xFFE000C0, 0xE8C00040, true, is_bad_exclusive,
        "registers that are unpredictable in an exclusive access (§A7.7.167)"},
    Row{0xFFE000C0, 0xE8C00040, true, is_base_unaligned,
        "Unicorn does not check the alignment of exclusives (§A3.2.1)"},
    Row{0xFFF000E0, 0xE8D00000, true, is_bad_table_branch, "TBB or TBH by SP or PC (§A7.7.185)"},
    Row{0xFE400000, 0xE8400000, true, is_bad_dual,
        "registers that are unpredictable in LDRD or STRD (§A7.7.50)"},
    Row{0xFE400000, 0xE8400000, true, is_base_unaligned,
        "Unicorn does not check the alignment of LDRD and STRD (§A3.2.1)"},
    Row{0xFE000000, 0xF8000000, true, is_bad_transfer,
        "registers that are unpredictable in a load or store (§A7.7.43)"},
    Row{0xFFF08000, 0xF3B08000, true, is_bad_control,
        "bits of a barrier that should be 1 or 0 (§A5.3.4)"},
    Row{0xFFF08000, 0xF3A08000, true, is_bad_control,
        "bits of a hint that should be 1 or 0 (§A5.3.4)"},
    Row{0xFFE08000, 0xF3E08000, true, is_bad_control,
        "MRS with bits that should be 1 or 0, or of SP or PC (§B5.2.2)"},
    Row{0xFFE08000, 0xF3808000, true, is_bad_msr,
        "MSR with a register that is not there, or bits that should be 0 (§B5.2.3)"},
    Row{0, 0, true, touches_a_register,
        "a register of a peripheral or of the system, where Unicorn has nothing"},
    Row{0, 0, false, touches_a_register,
        "a register of a peripheral or of the system, where Unicorn has nothing"},
    Row{0xFE8F0E00, 0xEC8F0A00, true, always,
        "VLDM and VSTM by PC are unpredictable (§A7.7.235, §A7.7.258)"},
    Row{0xFF3F0E00, 0xED0F0A00, true, always, "VSTR by PC is unpredictable (§A7.7.259)"},
    Row{0xFFE00ED0, 0xEC400A10, true, has_bad_pair,
        "VMOV of two registers, PC or one after S31, is unpredictable (§A7.7.244, §A7.7.245)"},
    Row{0xFF800E10, 0xEE000A10, true, is_rt_pc, "VMOV of PC is unpredictable (§A7.7.243)"},
    Row{0xFE000E00, 0xEC000A00, true, is_base_unaligned,
        "Unicorn does not check the alignment of VLDR, VSTR, VLDM and VSTM (§A3.2.1)"},
    Row{0xFFBA0F50, 0xEEBA0A40, true, has_too_many_integer_bits,
        "VCVT with more fraction bits than bits is unpredictable (§A7.7.229)"},
    Row{0xEF000F10, 0xEE000B00, true, has_double_precision,
        "Unicorn's Cortex-M7 has double precision, this core has not"},
    Row{0xFFBE0F50, 0xEEBA0A40, true, rounds_otherwise,
        "VCVT from fixed point rounds to nearest (§A7.7.229); Unicorn as FPSCR says"},
};

}  // namespace

std::string explain(const Difference& difference) {
  for (const Row& row : rows) {
    const bool is_it = row.is_long == difference.is_long &&
                       (difference.opcode & row.mask) == row.value && row.holds(difference);
    if (is_it) return row.why;
  }
  return "";
}

}  // namespace dfurig::cpu
