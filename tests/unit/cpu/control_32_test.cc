// Expectations from DDI 0403E §A7.7, the pseudo-code of each instruction.
#include "cpu/rig.h"

namespace dfurig::cpu {
namespace {

TEST(Control32, LongConditions) {
  check_all({
      {"beq.w . + 0x1000", {0xF000, 0x87FE}, "f=Z", "pc=8001100"},
      {"beq.w . + 0x1000", {0xF000, 0x87FE}, "f=", ""},
      {"bne.w . + 0x1000", {0xF040, 0x87FE}, "f=", "pc=8001100"},
      {"bne.w . + 0x1000", {0xF040, 0x87FE}, "f=Z", ""},
      {"bcs.w . + 0x1000", {0xF080, 0x87FE}, "f=C", "pc=8001100"},
      {"bcs.w . + 0x1000", {0xF080, 0x87FE}, "f=", ""},
      {"bcc.w . + 0x1000", {0xF0C0, 0x87FE}, "f=", "pc=8001100"},
      {"bcc.w . + 0x1000", {0xF0C0, 0x87FE}, "f=C", ""},
      {"bmi.w . + 0x1000", {0xF100, 0x87FE}, "f=N", "pc=8001100"},
      {"bmi.w . + 0x1000", {0xF100, 0x87FE}, "f=", ""},
      {"bpl.w . + 0x1000", {0xF140, 0x87FE}, "f=", "pc=8001100"},
      {"bpl.w . + 0x1000", {0xF140, 0x87FE}, "f=N", ""},
      {"bvs.w . + 0x1000", {0xF180, 0x87FE}, "f=V", "pc=8001100"},
      {"bvs.w . + 0x1000", {0xF180, 0x87FE}, "f=", ""},
      {"bvc.w . + 0x1000", {0xF1C0, 0x87FE}, "f=", "pc=8001100"},
      {"bvc.w . + 0x1000", {0xF1C0, 0x87FE}, "f=V", ""},
      {"bhi.w . + 0x1000", {0xF200, 0x87FE}, "f=C", "pc=8001100"},
      {"bhi.w . + 0x1000", {0xF200, 0x87FE}, "f=CZ", ""},
      {"bls.w . + 0x1000", {0xF240, 0x87FE}, "f=CZ", "pc=8001100"},
      {"bls.w . + 0x1000", {0xF240, 0x87FE}, "f=C", ""},
      {"bls.w . + 0x1000", {0xF240, 0x87FE}, "f=", "pc=8001100"},
      {"bge.w . + 0x1000", {0xF280, 0x87FE}, "f=NV", "pc=8001100"},
      {"bge.w . + 0x1000", {0xF280, 0x87FE}, "f=N", ""},
      {"blt.w . + 0x1000", {0xF2C0, 0x87FE}, "f=V", "pc=8001100"},
      {"blt.w . + 0x1000", {0xF2C0, 0x87FE}, "f=", ""},
      {"bgt.w . + 0x1000", {0xF300, 0x87FE}, "f=NV", "pc=8001100"},
      {"bgt.w . + 0x1000", {0xF300, 0x87FE}, "f=NVZ", ""},
      {"ble.w . + 0x1000", {0xF340, 0x87FE}, "f=NVZ", "pc=8001100"},
      {"ble.w . + 0x1000", {0xF340, 0x87FE}, "f=", ""},
      {"ble.w . + 0x1000", {0xF340, 0x87FE}, "f=N", "pc=8001100"},
  });
}

TEST(Control32, LongBranches) {
  check_all({
      {"b.w . + 0x10000", {0xF00F, 0xBFFE}, "", "pc=8010100"},
      {"b.w . - 0x10000", {0xF7EF, 0xBFFE}, "", "pc=7ff0100"},
      {"bl . + 0x10000", {0xF00F, 0xFFFE}, "", "pc=8010100 lr=8000105"},
      {"bl . - 0x700000", {0xF4FF, 0xF7FE}, "", "pc=7900100 lr=8000105"},
      {"bl with J1 and J2 clear: I1 and I2 are 1", {0xF000, 0xD002}, "", "pc=8c00108 lr=8000105"},
      {"no encoding of ARMv7-M: BLX", {0xF6FF, 0xC7FE}, "", "!UNDEFINSTR"},
  });
}

TEST(Control32, Barriers) {
  check_all({
      {"dsb", {0xF3BF, 0x8F4F}, "f=N", ""},
      {"dmb", {0xF3BF, 0x8F5F}, "", ""},
      {"isb", {0xF3BF, 0x8F6F}, "", ""},
      {"clrex", {0xF3BF, 0x8F2F}, "", ""},
      {"nop.w", {0xF3AF, 0x8000}, "", ""},
      {"yield.w", {0xF3AF, 0x8001}, "", ""},
      {"dbg #1", {0xF3AF, 0x80F1}, "", ""},
  });
}

TEST(Control32, Undefined) {
  check_all({
      {"udf.w #0", {0xF7F0, 0xA000}, "", "!UNDEFINSTR"},
      {"no barrier", {0xF3BF, 0x8F0F}, "", "!UNDEFINSTR"},
      {"SMC: no encoding of ARMv7-M", {0xF7F0, 0x8000}, "", "!UNDEFINSTR"},
  });
}

TEST(Control32, MovesOfSpecialRegisters) {
  check_all({
      {"mrs r2, apsr", {0xF3EF, 0x8200}, "f=NCQ ge=5", "r2=a8050000"},
      {"mrs r2, ipsr", {0xF3EF, 0x8205}, "f=N", "r2=0"},
      {"mrs r2, xpsr", {0xF3EF, 0x8203}, "f=ZV", "r2=50000000"},
      {"mrs r2, epsr", {0xF3EF, 0x8206}, "f=N", "r2=0"},
      {"msr apsr_nzcvq, r2", {0xF382, 0x8800}, "r2=ffffffff ge=3", "f=NZCVQ"},
      {"msr apsr_g, r2", {0xF382, 0x8400}, "r2=ffffffff f=Z", "ge=f"},
      {"msr apsr_nzcvqg, r2", {0xF382, 0x8C00}, "r2=80050000 f=ZQ ge=f", "f=N ge=5"},
      {"mrs r2, msp", {0xF3EF, 0x8208}, "sp=20000404", "r2=20000404"},
      {"mrs r2, psp", {0xF3EF, 0x8209}, "", "r2=0"},
      {"msr msp, r2", {0xF382, 0x8808}, "r2=20000303", "sp=20000300"},
      {"mrs r2, primask", {0xF3EF, 0x8210}, "", "r2=0"},
      {"mrs r2, control", {0xF3EF, 0x8214}, "", "r2=0"},
  });
}

TEST(Control32, ACortexM0HasFewOfThem) {
  check_all(
      {
          {"bl . + 0x10000", {0xF00F, 0xFFFE}, "", "pc=8010100 lr=8000105"},
          {"dsb", {0xF3BF, 0x8F4F}, "", ""},
          {"dmb", {0xF3BF, 0x8F5F}, "", ""},
          {"isb", {0xF3BF, 0x8F6F}, "", ""},
          {"mrs r2, apsr", {0xF3EF, 0x8200}, "f=NC", "r2=a0000000"},
          {"msr apsr_nzcvq, r2", {0xF382, 0x8800}, "r2=ffffffff", "f=NZCV"},
          {"b.w", {0xF000, 0xB808}, "", "!UNDEFINSTR"},
          {"beq.w", {0xF000, 0x8008}, "", "!UNDEFINSTR"},
          {"clrex", {0xF3BF, 0x8F2F}, "", "!UNDEFINSTR"},
          {"nop.w", {0xF3AF, 0x8000}, "", "!UNDEFINSTR"},
          {"udf.w", {0xF7F0, 0xA000}, "", "!UNDEFINSTR"},
      },
      cortex_m0plus());
}

}  // namespace
}  // namespace dfurig::cpu
