#include "model/validate.h"

#include <gtest/gtest.h>

#include <set>

#include "model/temporary_models.h"

namespace dfurig::model {
namespace {

namespace fs = std::filesystem;
using Json = TemporaryModels::Json;

const fs::path cases = fs::path(DFURIG_SOURCE_DIR) / "tests/bad_models";

std::string joined(const Json& lines) {
  std::string text;
  for (const Json& line : lines) text += (text.empty() ? "" : "\n") + line.get<std::string>();
  return text;
}

/// One file a rule: "change" is a JSON Patch (RFC 6902) of a model's file, or "text" replaces it;
/// "message" is all that must be said when the chip is loaded, with "bootloader" in its flash.
TEST(BadModels, AreRefusedWithTheirExactMessage) {
  unsigned count = 0;
  for (const auto& entry : fs::directory_iterator(cases)) {
    if (entry.path().extension() != ".json") continue;
    SCOPED_TRACE(entry.path().filename());
    const Json bad = Json::parse(std::ifstream(entry.path()));
    TemporaryModels models;
    const std::string file = bad["file"].get<std::string>();
    if (bad.contains("text")) {
      std::ofstream(models.folder() + "/" + file) << bad["text"].get<std::string>();
    } else {
      models.edit(file, [&](Json& json) { json = json.patch(bad["change"]); });
    }
    const std::string bootloader = bad.value("bootloader", "");
    EXPECT_EQ(models.complaint("stm32f405rg", bootloader), joined(bad["message"]));
    ++count;
  }
  EXPECT_GT(count, 60u);
}

TEST(BadModels, DifferFromGoodOnesInThatOnly) {
  EXPECT_EQ(TemporaryModels().complaint(), "");
  EXPECT_EQ(TemporaryModels().complaint("stm32f405rg", "cubemx"), "");
}

TEST(Validation, RefusesAPinRegisterItsPortDoesNotHave) {
  TemporaryModels models;
  models.edit("peripherals/gpio-f4.json", [](Json& j) { j["registers"].erase("AFRL"); });
  models.edit("bootloaders/rom-f4.json", [](Json& j) {
    j["entry_policies"]["policies"]["resets-all-ports"]["actions"][4]["pins"]["registers"]["AFR"] =
        7;
  });
  EXPECT_EQ(models.complaint(),
            "bootloaders/rom-f4.json: "
            "/entry_policies/policies/resets-all-ports/actions/4/pins/registers/AFR: there is no "
            "GPIOA.AFRL");
}

}  // namespace
}  // namespace dfurig::model
