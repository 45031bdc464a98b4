#include "model/load_usbd_dfu.h"

#include <gtest/gtest.h>

#include "model/temporary_models.h"

namespace dfurig::model {
namespace {

Model load_shipped() {
  return Library(shipped_models).load("stm32l475re", "cubemx-l475");
}

TEST(LoadUsbdDfu, ReadsWhatTheLibraryAndItsProjectSay) {
  const Model model = load_shipped();
  const dfu::BootloaderSpec& spec = model.bootloader;
  EXPECT_EQ(spec.kind, dfu::BootloaderKind::UsbdDfu);
  EXPECT_EQ(spec.dfu_bmAttributes, 0x0B);
  EXPECT_EQ(spec.wTransferSize, 1024);
  EXPECT_EQ(spec.usbd, (dfu::UsbdDfuSpec{dfu::UsbdVersion::V2_5, 0x08008000, "B1", true}));
  EXPECT_EQ(spec.leave_reply, dfu::LeaveReply::Lost);
  EXPECT_EQ(model.boot_pins, (std::vector<std::string>{"BOOT0", "B1"}));
}

TEST(LoadUsbdDfu, AVariantReplacesOnlyWhatItNames) {
  const Model model = load_shipped();
  for (const BootloaderVariant& variant : model.bootloader_variants) {
    if (variant.name != "tolerant") continue;
    dfu::BootloaderSpec expected = model.bootloader;
    expected.dfu_bmAttributes = 0x0F;
    EXPECT_EQ(variant.spec, expected);
    return;
  }
  FAIL() << "there is no variant \"tolerant\"";
}

TEST(LoadUsbdDfu, AnOverrideMaySayWhatAVariantSays) {
  const Changes changes = parse_changes({"bootloader/library/leave_reply=delivered"});
  const Model model = Library(shipped_models).load("stm32l475re", "cubemx-l475", changes);
  EXPECT_EQ(model.bootloader.leave_reply, dfu::LeaveReply::Delivered);
  for (const BootloaderVariant& variant : model.bootloader_variants) {
    if (variant.name == "reply-delivered") {
      EXPECT_EQ(variant.spec, model.bootloader);
    }
  }
}

TEST(LoadUsbdDfu, TheRomIsUsedUnlessAnotherIsAskedFor) {
  const Library library(shipped_models);
  EXPECT_EQ(library.load("stm32l475re").bootloader.name, "rom-l47x");
  EXPECT_EQ(library.load("stm32l475re", "rom-l47x").bootloader.name, "rom-l47x");
  EXPECT_FALSE(library.load("stm32f103ze").has_usb_dfu());
}

}  // namespace
}  // namespace dfurig::model
