#include "model/validate.h"

#include <gtest/gtest.h>

#include "model/temporary_models.h"

namespace dfurig::model {
namespace {

using Json = TemporaryModels::Json;

constexpr const char* chip = "chips/stm32f405rg.json";
constexpr const char* gpio = "peripherals/gpio-f4.json";
constexpr const char* rom = "bootloaders/rom-f4.json";

/// A bad file: what is changed where, and the whole message it must give.
struct Fault {
  const char* name;
  const char* file;
  std::function<void(Json&)> change;
  const char* message;
};

const std::vector<Fault> faults = {
    {"unknown key", chip, [](Json& j) { j["flsh"] = 1; },
     "chips/stm32f405rg.json: /: unknown key \"flsh\"\n  did you mean flash?"},
    {"missing key", chip, [](Json& j) { j.erase("boot"); },
     "chips/stm32f405rg.json: /: missing \"boot\""},
    {"name is not the file's", chip, [](Json& j) { j["name"] = "stm32f407vg"; },
     "chips/stm32f405rg.json: /name: expected the file's name, \"stm32f405rg\", found "
     "\"stm32f407vg\""},
    {"overlapping regions", chip, [](Json& j) { j["memories"]["CCM RAM"]["base"] = "0x1FFF7000"; },
     "chips/stm32f405rg.json: /: System memory (0x1FFF0000 to 0x1FFF77FF) overlaps CCM RAM "
     "(0x1FFF7000 to 0x20006FFF)\n  give each region its own addresses"},
    {"number too large", chip, [](Json& j) { j["flash"]["erased_value"] = 256; },
     "chips/stm32f405rg.json: /flash/erased_value: expected a number from 0 to 255, found 256\n"
     "  write 28 or \"0x1C\""},
    {"text that is no number", chip, [](Json& j) { j["flash"]["base"] = "0x0800000G"; },
     "chips/stm32f405rg.json: /flash/base: expected a number from 0 to 0xFFFFFFFF, found "
     "\"0x0800000G\"\n  write 28 or \"0x1C\""},
    {"empty sector run", chip, [](Json& j) { j["flash"]["sectors"][1]["count"] = 0; },
     "chips/stm32f405rg.json: /flash/sectors/1: expected a count and a size above 0"},
    {"unknown choice", chip, [](Json& j) { j["flash"]["over_written"] = "or"; },
     "chips/stm32f405rg.json: /flash/over_written: expected one of and, refused-unless-zero, found "
     "\"or\""},
    {"mark without source", chip,
     [](Json& j) {
       j["flash"]["program_unit"] = {{"value", 1}, {"mark", "unknown"}};
     },
     "chips/stm32f405rg.json: /flash/program_unit: a value with a mark needs a \"source\"\n"
     "  name the document or report"},
    {"unknown mark", chip, [](Json& j) { j["flash"]["mark"] = "guessed"; },
     "chips/stm32f405rg.json: /flash: \"mark\" must be one of documented, observed, inferred, "
     "unknown"},
    {"factory option bytes of another size", chip,
     [](Json& j) { j["option_bytes"]["factory"] = "AA BB"; },
     "chips/stm32f405rg.json: /option_bytes/factory: expected 16 bytes, the size of all windows, "
     "found 2"},
    {"bytes that are none", chip, [](Json& j) { j["option_bytes"]["factory"] = "AA BX"; },
     "chips/stm32f405rg.json: /option_bytes/factory: expected bytes such as \"AA 55 FF\", found "
     "\"BX\""},
    {"contents outside their memory", chip,
     [](Json& j) {
       j["memories"]["OTP"]["contents"] = {{"0x1FFF7A10", "00"}};
     },
     "chips/stm32f405rg.json: /memories/OTP/contents/0x1FFF7A10: address \"0x1FFF7A10\" is not in "
     "OTP"},
    {"boot rule about nothing", chip, [](Json& j) { j["boot"]["bootloader_when"][0]["BOOT2"] = 1; },
     "chips/stm32f405rg.json: /boot/bootloader_when/0/BOOT2: \"BOOT2\" is neither a boot pin nor a "
     "bit of option_bytes/bits"},
    {"two UID words", chip, [](Json& j) { j["uid"]["words"].erase(2); },
     "chips/stm32f405rg.json: /uid/words: expected three 32-bit words"},
    {"clock enable that is no bit", chip,
     [](Json& j) { j["peripherals"]["GPIOA"]["clock_enable"] = "RCC.AHB1ENR"; },
     "chips/stm32f405rg.json: /peripherals/GPIOA/clock_enable: no one-bit field \"RCC.AHB1ENR\" on "
     "this chip\n  write BLOCK.REGISTER.FIELD, such as RCC.AHB2ENR.GPIOAEN"},
    {"reset of a register that is not there", chip,
     [](Json& j) { j["peripherals"]["GPIOA"]["reset"]["MODR"] = 1; },
     "chips/stm32f405rg.json: /peripherals/GPIOA/reset/MODR: no register \"MODR\" in gpio-f4"},
    {"reset value with reserved bits", chip,
     [](Json& j) { j["peripherals"]["GPIOA"]["reset"]["OTYPER"] = "0x00010000"; },
     "chips/stm32f405rg.json: /peripherals/GPIOA: the reset value 0x00010000 of OTYPER sets "
     "reserved bits 0x00010000\n  every bit that is set belongs to a field"},
    {"block that gates itself", chip,
     [](Json& j) { j["peripherals"]["RCC"]["clock_enable"] = "RCC.AHB1ENR.GPIOAEN"; },
     "chips/stm32f405rg.json: /peripherals/RCC: a block cannot gate itself"},
    {"register outside its block", gpio,
     [](Json& j) { j["registers"]["AFRH"]["offset"] = "0x400"; },
     "peripherals/gpio-f4.json: /registers/AFRH: register AFRH at offset 0x400 lies outside its "
     "block of 0x400 bytes\n  offsets are multiples of 4 below \"size\""},
    {"two registers at one offset", gpio,
     [](Json& j) { j["registers"]["AFRH"]["offset"] = "0x20"; },
     "peripherals/gpio-f4.json: /registers/AFRH: register AFRH has the offset of AFRL"},
    {"unknown effect", gpio, [](Json& j) { j["registers"]["BSRR"]["effect"] = "gpio_bsr"; },
     "peripherals/gpio-f4.json: /registers/BSRR/effect: expected one of gpio_moder, gpio_otyper, "
     "gpio_ospeedr, gpio_pupdr, gpio_idr, gpio_bsrr, gpio_brr, gpio_lckr, gpio_afrl, gpio_afrh, "
     "flash_keyr, locked, rcc_ready, rcc_switch, found \"gpio_bsr\"\n  did you mean gpio_bsrr, "
     "gpio_brr or gpio_idr?"},
    {"overlapping fields", gpio, [](Json& j) { j["registers"]["LCKR"]["fields"]["LCKK"] = "15"; },
     "peripherals/gpio-f4.json: /registers/LCKR/fields: field LCKK overlaps another field"},
    {"bits that are no range", gpio,
     [](Json& j) { j["registers"]["LCKR"]["fields"]["LCKK"] = "16:17"; },
     "peripherals/gpio-f4.json: /registers/LCKR/fields/LCKK: expected a bit \"5\" or a range "
     "\"7:4\" within 31:0, found \"16:17\""},
    {"field beyond the register", gpio,
     [](Json& j) { j["registers"]["MODER"]["fields"]["MODER%"]["count"] = 17; },
     "peripherals/gpio-f4.json: /registers/MODER/fields: field MODER16 leaves the register"},
    {"key register without keys", "peripherals/flash-f4.json",
     [](Json& j) { j["registers"]["KEYR"].erase("keys"); },
     "peripherals/flash-f4.json: /registers: KEYR needs \"keys\""},
    {"key register that unlocks nothing", "peripherals/flash-f4.json",
     [](Json& j) { j["registers"]["KEYR"]["unlocks"] = "CRR"; },
     "peripherals/flash-f4.json: /registers: KEYR unlocks \"CRR\", which is no register here"},
    {"transfer size 0", rom, [](Json& j) { j["dfu"]["wTransferSize"] = 0; },
     "bootloaders/rom-f4.json: /dfu/wTransferSize: expected a size above 0, found 0"},
    {"no alternates", rom, [](Json& j) { j["alternates"]["value"] = Json::array(); },
     "bootloaders/rom-f4.json: /alternates: expected at least one alternate"},
    {"default policy that is not there", rom,
     [](Json& j) { j["leave_policies"]["default"] = "an3155"; },
     "bootloaders/rom-f4.json: /leave_policies/default: expected one of an3156, an2606, "
     "classic-f4, "
     "system-reset, found \"an3155\"\n  did you mean an3156?"},
    {"policy for a register that is not there", rom,
     [](Json& j) {
       j["leave_policies"]["policies"]["an3156"]["actions"][1]["set"]["register"] = "RCC.AHB1EN";
     },
     "bootloaders/rom-f4.json: /leave_policies/policies/an3156/actions/1/set/register: no register "
     "or field \"RCC.AHB1EN\" on this chip\n  did you mean RCC.AHB1ENR, RCC.AHB2ENR or "
     "RCC.AHB3ENR?"},
    {"policy for a pin that is not there", rom,
     [](Json& j) {
       for (Json& action : j["entry_policies"]["policies"]["resets-all-ports"]["actions"]) {
         if (action.contains("pins")) action["pins"]["names"][0] = "PZ1";
       }
     },
     "bootloaders/rom-f4.json: /entry_policies/policies/resets-all-ports/actions/4/pins/names/0: "
     "no "
     "pin \"PZ1\" on this chip"},
    {"policy action of two kinds", rom,
     [](Json& j) {
       j["leave_policies"]["policies"]["an3156"]["actions"][0]["system_reset"] = true;
     },
     "bootloaders/rom-f4.json: /leave_policies/policies/an3156/actions/0: expected exactly one of "
     "reset_blocks, system_reset, set, pins"},
};

Json& first_pins(Json& rom_file) {
  for (Json& action : rom_file["entry_policies"]["policies"]["resets-all-ports"]["actions"]) {
    if (action.contains("pins")) return action["pins"];
  }
  throw std::logic_error("no action on pins");
}

/// Files whose every part is well formed, and whose parts do not go together.
const std::vector<Fault> contradictions = {
    {"sectors that do not add up", chip, [](Json& j) { j["flash"]["sectors"][2]["count"] = 6; },
     "chips/stm32f405rg.json: /flash/sectors: the sectors add up to 917504 bytes, \"size\" "
     "says 1048576"},
    {"sector that is no whole number of program units", chip,
     [](Json& j) { j["flash"]["program_unit"] = 48; },
     "chips/stm32f405rg.json: /flash/sectors: a sector of 16384 bytes is not a whole number "
     "of program units"},
    {"source without mark", chip, [](Json& j) { j["flash"].erase("mark"); },
     "chips/stm32f405rg.json: /flash: a \"source\" needs a \"mark\"\n  one of documented, "
     "observed, inferred, unknown"},
    {"memory of no bytes", chip, [](Json& j) { j["memories"]["OTP"]["size"] = 0; },
     "chips/stm32f405rg.json: /memories/OTP/size: expected a size above 0, found 0"},
    {"memory beyond the address space", chip,
     [](Json& j) { j["memories"]["Device Feature"]["size"] = "0x10001"; },
     "chips/stm32f405rg.json: /: Device Feature at 0xFFFF0000 leaves the 32-bit address space"},
    {"no option bytes", chip, [](Json& j) { j["option_bytes"]["windows"] = Json::array(); },
     "chips/stm32f405rg.json: /option_bytes/windows: expected at least one window"},
    {"write protection of sectors there are not", chip,
     [](Json& j) { j["option_bytes"]["write_protection"]["sector_bits"]["count"] = 13; },
     "chips/stm32f405rg.json: /option_bytes/write_protection/sector_bits/count: expected a number "
     "from 0 to 12, found 13\n  write 28 or \"0x1C\""},
    {"write protection bits beyond the option bytes", chip,
     [](Json& j) { j["option_bytes"]["write_protection"]["sector_bits"]["byte"] = 15; },
     "chips/stm32f405rg.json: /option_bytes/write_protection/sector_bits: the bits leave the "
     "option "
     "bytes"},
    {"odd flash size address", chip, [](Json& j) { j["flash_size_at"] = "0x1FFF7A23"; },
     "chips/stm32f405rg.json: /flash_size_at: expected an even address"},
    {"peripheral file that is not there", chip,
     [](Json& j) { j["peripherals"]["GPIOA"]["kind"] = "gpio-f5"; },
     "chips/stm32f405rg.json: /peripherals/GPIOA/kind: there is no file \"gpio-f5.json\" in "
     "peripherals\n  did you mean gpio-f4 or gpio-l4?"},
    {"bootloader file that is not there", chip, [](Json& j) { j["bootloader"] = "../rom-f4"; },
     "chips/stm32f405rg.json: /bootloader: there is no file \"../rom-f4.json\" in "
     "bootloaders\n  did you mean rom-f4?"},
    {"bootloader's name is not the file's", rom, [](Json& j) { j["name"] = "rom-f7"; },
     "bootloaders/rom-f4.json: /name: expected the file's name, \"rom-f4\", found \"rom-f7\""},
    {"alternate that is no memory layout", rom,
     [](Json& j) { j["alternates"]["value"][1] = "@Option Bytes /0x1FFFC000/01*016x"; },
     "bootloaders/rom-f4.json: /alternates/1: \"@Option Bytes /0x1FFFC000/01*016x\" is not a "
     "memory layout such as @Name/0x0/04*016Kg"},
    {"alternate that shows no memory", rom,
     [](Json& j) {
       j["alternates"]["value"][1] = "@Option Bytes /0x1FFFC000/01*016 e/0x1FFEC000/01*016 e";
     },
     "bootloaders/rom-f4.json: /alternates/1: \"@Option Bytes /0x1FFFC000/01*016 "
     "e/0x1FFEC000/01*016 e\" shows 0x1FFEC000, where the chip has no memory"},
    {"derived alternate without a name", rom,
     [](Json& j) { j["alternates"]["value"][0]["name"] = ""; },
     "bootloaders/rom-f4.json: /alternates/0: \"/0x08000000/04*016Kg,01*064Kg,07*128Kg\" is "
     "not a memory layout such as @Name/0x0/04*016Kg"},
    {"policy value wider than its field", rom,
     [](Json& j) { j["leave_policies"]["policies"]["an3156"]["actions"][1]["set"]["value"] = 2; },
     "bootloaders/rom-f4.json: /leave_policies/policies/an3156/actions/1/set/value: expected "
     "a number from 0 to 1, found 2\n  write 28 or \"0x1C\""},
    {"pin value wider than its field", rom,
     [](Json& j) { first_pins(j)["registers"]["MODER"] = 4; },
     "bootloaders/rom-f4.json: "
     "/entry_policies/policies/resets-all-ports/actions/4/pins/registers/MODER: expected a "
     "number from 0 to 3, found 4\n  write 28 or \"0x1C\""},
    {"policy that resets nothing", rom,
     [](Json& j) {
       j["leave_policies"]["policies"]["system-reset"]["actions"][0]["system_reset"] = false;
     },
     "bootloaders/rom-f4.json: /leave_policies/policies/system-reset/actions/0/system_reset: "
     "expected true, found false\n  leave it out instead"},
    {"BSRR without ODR", gpio, [](Json& j) { j["registers"].erase("ODR"); },
     "peripherals/gpio-f4.json: /registers: effect gpio_idr of IDR needs a register ODR"},
    {"two fields of one name", gpio,
     [](Json& j) {
       j["registers"]["LCKR"]["fields"] = {
           {"LCK%", "0"}, {"LCK0", "1"}, {"A%", {{"bits", "2"}, {"count", 1}}}, {"A0", "3"}};
     },
     "peripherals/gpio-f4.json: /registers/LCKR/fields: two fields are called A0"},
    {"name of a value the field cannot have", gpio,
     [](Json& j) { j["registers"]["MODER"]["fields"]["MODER%"]["values"]["4"] = "fifth"; },
     "peripherals/gpio-f4.json: /registers/MODER/fields/MODER%/values/4: the key must be a "
     "value of the field, 0 to 3"},
    {"register at the end of the address space", gpio,
     [](Json& j) { j["registers"]["AFRH"]["offset"] = "0xFFFFFFFC"; },
     "peripherals/gpio-f4.json: /registers/AFRH: register AFRH at offset 0xFFFFFFFC lies "
     "outside its block of 0x400 bytes\n  offsets are multiples of 4 below \"size\""},
    {"peripheral of no bytes", gpio, [](Json& j) { j["size"] = 0; },
     "peripherals/gpio-f4.json: /size: expected a size above 0, found 0"},
    {"lock without its bit", "peripherals/flash-f4.json",
     [](Json& j) { j["registers"]["CR"].erase("lock_bit"); },
     "peripherals/flash-f4.json: /registers/CR: effect locked needs \"lock_bit\""},
    {"clock switch without its status", "peripherals/rcc-f4.json",
     [](Json& j) { j["registers"]["CFGR"]["fields"].erase("SWS"); },
     "peripherals/rcc-f4.json: /registers: effect rcc_switch of CFGR needs a field SWS"},
};

TEST(Validation, NamesEveryContradictionWithItsPlace) {
  for (const Fault& fault : contradictions) {
    SCOPED_TRACE(fault.name);
    TemporaryModels models;
    models.edit(fault.file, fault.change);
    EXPECT_EQ(models.complaint(), fault.message);
  }
}

TEST(Validation, RefusesAPinRegisterItsPortDoesNotHave) {
  TemporaryModels models;
  models.edit(gpio, [](Json& j) { j["registers"].erase("AFRL"); });
  models.edit(rom, [](Json& j) { first_pins(j)["registers"]["AFR"] = 7; });
  EXPECT_EQ(models.complaint(),
            "bootloaders/rom-f4.json: "
            "/entry_policies/policies/resets-all-ports/actions/4/pins/registers/AFR: there is no "
            "GPIOA.AFRL");
}

TEST(Validation, NamesEveryFaultWithItsPlace) {
  for (const Fault& fault : faults) {
    SCOPED_TRACE(fault.name);
    TemporaryModels models;
    models.edit(fault.file, fault.change);
    EXPECT_EQ(models.complaint(), fault.message);
  }
}

TEST(Validation, PassesWhatIsShipped) {
  EXPECT_EQ(TemporaryModels().complaint(), "");
}

}  // namespace
}  // namespace dfurig::model
