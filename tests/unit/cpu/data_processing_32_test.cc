// Expectations from DDI 0403E §A7.7, the pseudo-code of each instruction.
#include "cpu/rig.h"

namespace dfurig::cpu {
namespace {

TEST(DataProcessing32, ModifiedImmediates) {
  check_all({
      {"and.w r2, r3, #0xff00ff00", {0xF003, 0x22FF}, "r3=12345678 f=C", "r2=12005600 f=C"},
      {"ands.w r2, r3, #0x80000000", {0xF013, 0x4200}, "r3=ffffffff", "r2=80000000 f=NC"},
      {"tst.w r3, #0x80000000", {0xF013, 0x4F00}, "r3=7fffffff f=N", "f=ZC"},
      {"tst.w r3, #1", {0xF013, 0x0F01}, "r3=2 f=C", "f=ZC"},
      {"bic.w r2, r3, #0x00ff00ff", {0xF023, 0x12FF}, "r3=12345678", "r2=12005600"},
      {"orr.w r2, r3, #0xabababab", {0xF043, 0x32AB}, "r3=0", "r2=abababab"},
      {"mov.w r2, #0x3fc00", {0xF44F, 0x327F}, "f=NZCV", "r2=3fc00"},
      {"movs.w r2, #0xff000000", {0xF05F, 0x427F}, "f=V", "r2=ff000000 f=NCV"},
      {"orn r2, r3, #255", {0xF063, 0x02FF}, "r3=1", "r2=ffffff01"},
      {"mvns.w r2, #0", {0xF07F, 0x0200}, "f=C", "r2=ffffffff f=NC"},
      {"eor.w r2, r3, #0xff", {0xF083, 0x02FF}, "r3=f0", "r2=f"},
      {"teq r3, #0x80000000", {0xF093, 0x4F00}, "r3=80000000", "f=ZC"},
      {"add.w r2, r3, #0x100", {0xF503, 0x7280}, "r3=ffffffff f=Z", "r2=ff f=Z"},
      {"adds.w r2, r3, #1", {0xF113, 0x0201}, "r3=7fffffff", "r2=80000000 f=NV"},
      {"cmn.w r3, #1", {0xF113, 0x0F01}, "r3=ffffffff", "f=ZC"},
      {"adc.w r2, r3, #1", {0xF143, 0x0201}, "r3=1 f=C", "r2=3 f=C"},
      {"sbcs.w r2, r3, #1", {0xF173, 0x0201}, "r3=1", "r2=ffffffff f=N"},
      {"subs.w r2, r3, #0x100", {0xF5B3, 0x7280}, "r3=100", "r2=0 f=ZC"},
      {"cmp.w r3, #0x80000000", {0xF1B3, 0x4F00}, "r3=7fffffff", "f=NV"},
      {"rsb r2, r3, #0", {0xF1C3, 0x0200}, "r3=5 f=C", "r2=fffffffb f=C"},
      {"rsbs.w r2, r3, #0x100", {0xF5D3, 0x7280}, "r3=ff", "r2=1 f=C"},
      {"sub.w sp, sp, #0x100", {0xF5AD, 0x7D80}, "sp=20000800", "sp=20000700"},
  });
}

TEST(DataProcessing32, PlainImmediates) {
  check_all({
      {"addw r2, r3, #0xfff", {0xF603, 0x72FF}, "r3=1 f=C", "r2=1000 f=C"},
      {"subw r2, r3, #0xfff", {0xF6A3, 0x72FF}, "r3=1000", "r2=1"},
      {"movw r2, #0xabcd", {0xF64A, 0x32CD}, "f=NZ", "r2=abcd f=NZ"},
      {"movt r2, #0xabcd", {0xF6CA, 0x32CD}, "r2=12345678", "r2=abcd5678"},
      {"adr.w r2, . + 0x104", {0xF20F, 0x1200}, "", "r2=8000204"},
      {"adr r2, . - 0", {0xF2AF, 0x0204}, "", "r2=8000100"},
  });
}

TEST(DataProcessing32, BitFields) {
  check_all({
      {"bfi r2, r3, #4, #8", {0xF363, 0x120B}, "r2=ffffffff r3=12", "r2=fffff12f"},
      {"bfi r2, r3, #0, #32", {0xF363, 0x021F}, "r3=12345678", "r2=12345678"},
      {"bfc r2, #28, #4", {0xF36F, 0x721F}, "r2=ffffffff", "r2=fffffff"},
      {"sbfx r2, r3, #4, #4", {0xF343, 0x1203}, "r3=80", "r2=fffffff8"},
      {"sbfx r2, r3, #31, #1", {0xF343, 0x72C0}, "r3=80000000", "r2=ffffffff"},
      {"ubfx r2, r3, #4, #8", {0xF3C3, 0x1207}, "r3=fff", "r2=ff"},
      {"ubfx r2, r3, #0, #32", {0xF3C3, 0x021F}, "r3=87654321", "r2=87654321"},
  });
}

TEST(DataProcessing32, Saturation) {
  check_all({
      {"ssat r2, #8, r3", {0xF303, 0x0207}, "r3=80", "r2=7f f=Q"},
      {"ssat r2, #8, r3", {0xF303, 0x0207}, "r3=ffffff80", "r2=ffffff80"},
      {"ssat r2, #8, r3, lsl #4", {0xF303, 0x1207}, "r3=fffffff0", "r2=ffffff80 f=Q"},
      {"ssat r2, #32, r3", {0xF303, 0x021F}, "r3=80000000", "r2=80000000"},
      {"ssat r2, #4, r3, asr #4", {0xF323, 0x1203}, "r3=70 f=Q", "r2=7 f=Q"},
      {"usat r2, #8, r3", {0xF383, 0x0208}, "r3=100 f=N", "r2=ff f=NQ"},
      {"usat r2, #8, r3", {0xF383, 0x0208}, "r3=ffffffff", "r2=0 f=Q"},
      {"usat r2, #0, r3", {0xF383, 0x0200}, "r3=1", "r2=0 f=Q"},
      {"usat r2, #31, r3, asr #31", {0xF3A3, 0x72DF}, "r3=80000000", "r2=0 f=Q"},
      {"usat r2, #31, r3", {0xF383, 0x021F}, "r3=7fffffff", "r2=7fffffff"},
  });
}

TEST(DataProcessing32, ShiftedRegisters) {
  check_all({
      {"add.w r2, r3, r4, lsl #3", {0xEB03, 0x02C4}, "r3=1 r4=2", "r2=11"},
      {"ands.w r2, r3, r4, lsr #1", {0xEA13, 0x0254}, "r3=ffffffff r4=3", "r2=1 f=C"},
      {"tst.w r3, r4, ror #4", {0xEA13, 0x1F34}, "r3=e0000000 r4=1", "f=Z"},
      {"bics.w r2, r3, r4, asr #32", {0xEA33, 0x0224}, "r3=1 r4=80000000", "r2=0 f=ZC"},
      {"orr.w r2, r3, r4, ror #8", {0xEA43, 0x2234}, "r3=0 r4=12", "r2=12000000"},
      {"mov.w r2, r3, rrx", {0xEA4F, 0x0233}, "r3=3 f=C", "r2=80000001 f=C"},
      {"movs.w r2, r3, rrx", {0xEA5F, 0x0233}, "r3=3", "r2=1 f=C"},
      {"lsls.w r2, r3, #1", {0xEA5F, 0x0243}, "r3=80000000", "r2=0 f=ZC"},
      {"asrs.w r2, r3, #32", {0xEA5F, 0x0223}, "r3=80000000", "r2=ffffffff f=NC"},
      {"mvn.w r2, r3, lsl #4", {0xEA6F, 0x1203}, "r3=f", "r2=ffffff0f"},
      {"orn r2, r3, r4", {0xEA63, 0x0204}, "r3=0 r4=ffff0000", "r2=ffff"},
      {"eors.w r2, r3, r4, lsl #31", {0xEA93, 0x72C4}, "r3=0 r4=1", "r2=80000000 f=N"},
      {"teq r3, r4, lsl #1", {0xEA93, 0x0F44}, "r3=2 r4=80000001", "f=ZC"},
      {"cmn.w r3, r4, lsl #1", {0xEB13, 0x0F44}, "r3=fffffffe r4=1", "f=ZC"},
      {"adcs.w r2, r3, r4", {0xEB53, 0x0204}, "r3=ffffffff r4=0 f=C", "r2=0 f=ZC"},
      {"sbcs.w r2, r3, r4", {0xEB73, 0x0204}, "r3=3 r4=1", "r2=1 f=C"},
      {"subs.w r2, r3, r4, asr #1", {0xEBB3, 0x0264}, "r3=0 r4=fffffffe", "r2=1"},
      {"cmp.w r3, r4, lsl #1", {0xEBB3, 0x0F44}, "r3=2 r4=1", "f=ZC"},
      {"rsb r2, r3, r4", {0xEBC3, 0x0204}, "r3=1 r4=3", "r2=2"},
      {"mov.w r8, r9", {0xEA4F, 0x0809}, "r9=80000000 f=Z", "r8=80000000 f=Z"},
  });
}

TEST(DataProcessing32, ShiftsByRegister) {
  check_all({
      {"lsls.w r2, r3, r4", {0xFA13, 0xF204}, "r3=1 r4=20", "r2=0 f=ZC"},
      {"lsl.w r2, r3, r4", {0xFA03, 0xF204}, "r3=1 r4=10a f=N", "r2=400 f=N"},
      {"lsrs.w r2, r3, r4", {0xFA33, 0xF204}, "r3=80000000 r4=1f", "r2=1"},
      {"asrs.w r2, r3, r4", {0xFA53, 0xF204}, "r3=80000000 r4=40", "r2=ffffffff f=NC"},
      {"rors.w r2, r3, r4", {0xFA73, 0xF204}, "r3=1 r4=1", "r2=80000000 f=NC"},
  });
}

TEST(DataProcessing32, OneRegister) {
  check_all({
      {"sxth.w r2, r3, ror #8", {0xFA0F, 0xF293}, "r3=80ff00", "r2=ffff80ff"},
      {"uxth.w r2, r3, ror #16", {0xFA1F, 0xF2A3}, "r3=80ff0000", "r2=80ff"},
      {"sxtb.w r2, r3, ror #24", {0xFA4F, 0xF2B3}, "r3=80000000", "r2=ffffff80"},
      {"uxtb.w r2, r3, ror #8", {0xFA5F, 0xF293}, "r3=ff00", "r2=ff"},
      {"rev.w r2, r3", {0xFA93, 0xF283}, "r3=12345678", "r2=78563412"},
      {"rev16.w r2, r3", {0xFA93, 0xF293}, "r3=12345678", "r2=34127856"},
      {"revsh.w r2, r3", {0xFA93, 0xF2B3}, "r3=80", "r2=ffff8000"},
      {"rbit r2, r3", {0xFA93, 0xF2A3}, "r3=80000005", "r2=a0000001"},
      {"clz r2, r3", {0xFAB3, 0xF283}, "r3=0", "r2=20"},
      {"clz r2, r3", {0xFAB3, 0xF283}, "r3=8000", "r2=10"},
  });
}

TEST(DataProcessing32, ExtendAndAdd) {
  check_all({
      {"sxtah r2, r3, r4", {0xFA03, 0xF284}, "r3=1 r4=ffff", "r2=0"},
      {"uxtah r2, r3, r4, ror #16", {0xFA13, 0xF2A4}, "r3=1 r4=ffff0000", "r2=10000"},
      {"sxtab r2, r3, r4, ror #8", {0xFA43, 0xF294}, "r3=10 r4=8000", "r2=ffffff90"},
      {"uxtab r2, r3, r4", {0xFA53, 0xF284}, "r3=10 r4=fff0", "r2=100"},
      {"sxtab16 r2, r3, r4", {0xFA23, 0xF284}, "r3=10001 r4=8000ff", "r2=ff810000"},
      {"uxtab16 r2, r3, r4, ror #8", {0xFA33, 0xF294}, "r3=ffff0001 r4=ff00ff00", "r2=fe0100"},
      {"sxtb16 r2, r3", {0xFA2F, 0xF283}, "r3=80007f", "r2=ff80007f"},
      {"uxtb16 r2, r3, ror #8", {0xFA3F, 0xF293}, "r3=80ff7fff", "r2=80007f"},
  });
}

TEST(DataProcessing32, ACortexM3HasNoDspForms) {
  check_all(
      {
          {"sxtah r2, r3, r4", {0xFA03, 0xF284}, "", "!UNDEFINSTR"},
          {"sxtb16 r2, r3", {0xFA2F, 0xF283}, "", "!UNDEFINSTR"},
          {"sxth.w r2, r3, ror #8", {0xFA0F, 0xF293}, "r3=80ff00", "r2=ffff80ff"},
          {"ssat r2, #4, r3, asr #0", {0xF323, 0x0203}, "", "!UNDEFINSTR"},
      },
      cortex_m3());
}

TEST(DataProcessing32, ACortexM0HasNone) {
  check_all(
      {
          {"movw r2, #1", {0xF240, 0x0201}, "", "!UNDEFINSTR"},
          {"add.w r2, r3, r4", {0xEB03, 0x0204}, "", "!UNDEFINSTR"},
          {"lsl.w r2, r3, r4", {0xFA03, 0xF204}, "", "!UNDEFINSTR"},
      },
      cortex_m0plus());
}

}  // namespace
}  // namespace dfurig::cpu
