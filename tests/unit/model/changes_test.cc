#include "model/changes.h"

#include <gtest/gtest.h>

#include "model/model.h"
#include "support/input_error.h"

namespace dfurig::model {
namespace {

Model f405(const std::vector<std::string>& settings) {
  const Library library(std::string(DFURIG_SOURCE_DIR) + "/models");
  return library.load("stm32f405rg", "", parse_changes(settings));
}

// Each with another value than the F405's.
const std::vector<std::string> switches = {"start_state=dfuIDLE",
                                           "clrstatus_outside_error=stall",
                                           "while_busy=stall",
                                           "read_unprotect_when_unprotected=ram-cleared",
                                           "set_address_when_protected=errVENDOR",
                                           "leave_reply=lost",
                                           "protected_access=dropped",
                                           "misaligned_write=all-fail",
                                           "options_take_effect=at-power-on",
                                           "block_size=wLength",
                                           "functional_descriptor_request=never",
                                           "defects=[\"leave-stays-in-rom\"]"};

TEST(Changes, CanTurnEverySwitchOfABootloader) {
  const dfu::BootloaderSpec plain = f405({}).bootloader;
  for (const std::string& text : switches) {
    EXPECT_FALSE(f405({"bootloader/behaviour/" + text}).bootloader == plain) << text;
  }
}

TEST(Changes, HaveATextForEachValue) {
  const std::vector<std::string> settings = {"chip/flash/program_unit=8",
                                             "bootloader/behaviour/while_busy=stall",
                                             "bootloader/timings/leave/poll_ms=5"};
  EXPECT_EQ(settings_of(parse_changes(settings)), settings);
  EXPECT_TRUE(settings_of({}).empty());
}

TEST(Changes, AreRefusedWithoutAPart) {
  try {
    parse_changes({"behaviour/while_busy=stall"});
    FAIL();
  } catch (const InputError& error) {
    EXPECT_STREQ(error.what(),
                 "--set behaviour/while_busy=stall: expected chip/PATH=VALUE or "
                 "bootloader/PATH=VALUE\n  such as bootloader/behaviour/while_busy=stall");
  }
}

}  // namespace
}  // namespace dfurig::model
