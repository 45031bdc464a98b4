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
     "flash_keyr, locked, found \"gpio_bsr\"\n  did you mean gpio_bsrr, gpio_brr or gpio_idr?"},
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
