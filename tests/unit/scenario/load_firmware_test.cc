#include "scenario/load_firmware.h"

#include <gtest/gtest.h>

#include <functional>

#include "support/input_error.h"

namespace dfurig::scenario {
namespace {

using std::chrono::milliseconds;

const std::string root = DFURIG_SOURCE_DIR;
const std::string file = root + "/scenarios/x.json";
const std::string blink = "../tests/firmware/blink_stm32l476";

class LoadFirmware : public testing::Test {
 protected:
  LoadFirmware() {
    firmware_.push_back({"blink.hex", {}, {}, false});
    firmware_[0].symbols.add("main", 0x08000140, 0x20);
  }
  std::vector<FirmwareFile> firmware(const std::string& text) const {
    const model::Json json = model::Json::parse(text);
    return read_firmware(model::Reader(json, "x.json"), file, model_);
  }
  RunFirmware run(const std::string& text) const {
    const model::Json json = model::Json::parse(text);
    return read_run_firmware(model::Reader(json, "x.json"), model_, firmware_);
  }
  FirmwareExpectation expectation(const std::string& text) const {
    const model::Json json = model::Json::parse(text);
    return read_firmware_expectation(model::Reader(json, "x.json"), model_, firmware_);
  }
  /// What is said about a bad file.
  static std::string fault(const std::function<void()>& read) {
    try {
      read();
    } catch (const InputError& error) {
      return error.what();
    }
    return "nothing is wrong";
  }

  model::Model model_ = model::Library(root + "/models").load("stm32l476rg");
  std::vector<FirmwareFile> firmware_;
};

TEST_F(LoadFirmware, IsOneFileOrSeveral) {
  const auto one = firmware(R"({"file": ")" + blink + R"(.hex"})");
  ASSERT_EQ(one.size(), 1u);
  EXPECT_EQ(one[0].name, "blink_stm32l476.hex");
  EXPECT_EQ(one[0].content.at(0).address, 0x08000000u);
  EXPECT_FALSE(one[0].is_downloaded);
  const auto two = firmware(R"([{"file": ")" + blink + R"(.hex"}, {"file": ")" + blink +
                            R"(.bin", "at": "0x08004000", "downloaded": true}])");
  ASSERT_EQ(two.size(), 2u);
  EXPECT_EQ(two[1].content.at(0).address, 0x08004000u);
  EXPECT_TRUE(two[1].is_downloaded);
}

TEST_F(LoadFirmware, SaysWhatIsWrongWithAFile) {
  struct Bad {
    std::string text;
    std::string message;
  };
  const Bad cases[] = {
      {"{}", "x.json: /: expected \"file\", \"symbols\" or both"},
      {R"({"file": "none.hex"})", "x.json: /file: there is no file " + root +
                                      "/scenarios/none.hex\n  paths are relative to the scenario "
                                      "file"},
      {R"({"symbols": "none.sym"})", "x.json: /symbols: there is no file " + root +
                                         "/scenarios/none.sym\n  paths are relative to the "
                                         "scenario file"},
      {R"({"file": ")" + blink + R"(.bin"})", "x.json: /: a .bin file needs \"at\""},
  };
  for (const Bad& bad : cases) {
    EXPECT_EQ(fault([&] { firmware(bad.text); }), bad.message);
  }
  EXPECT_NE(fault([&] {
              firmware(R"({"file": ")" + blink + R"(.bin", "at": 0})");
            }).find("which is not all in flash"),
            std::string::npos);
  EXPECT_NE(fault([&] { firmware(R"([{"flie": "x"}])"); }).find("x.json: /0"), std::string::npos);
}

TEST_F(LoadFirmware, RunsForATimeOrUntilSomethingComes) {
  RunFirmware wanted;
  wanted.within = milliseconds(50);
  EXPECT_EQ(run(R"({"for_ms": 50})"), wanted);
  wanted.within = std::chrono::nanoseconds(1);
  EXPECT_EQ(run(R"({"for_ms": 1e-6})"), wanted);
  wanted.within = milliseconds(1000);
  wanted.instructions = 12;
  EXPECT_EQ(run(R"({"instructions": 12})"), wanted);
  wanted.instructions.reset();
  wanted.until_rom = true;
  EXPECT_EQ(run(R"({"until": "rom"})"), wanted);
  wanted = {};
  wanted.within = milliseconds(7);
  wanted.pin = RunFirmware::Pin{"PA5", true};
  EXPECT_EQ(run(R"({"until": {"pin": "PA5", "level": 1}, "within_ms": 7})"), wanted);
  wanted.pin.reset();
  wanted.symbol = "main";
  EXPECT_EQ(run(R"({"until": {"symbol": "main"}, "within_ms": 7})"), wanted);
}

TEST_F(LoadFirmware, SaysWhatIsWrongWithARun) {
  const std::pair<const char*, const char*> cases[] = {
      {R"({})", "x.json: /: expected exactly one of for_ms, instructions, until"},
      {R"({"for_ms": 1, "until": "rom"})",
       "x.json: /: expected exactly one of for_ms, instructions, until"},
      {R"({"for_ms": 0})", "x.json: /for_ms: expected milliseconds above 0, up to 3600000"},
      {R"({"for_ms": 3600001})", "x.json: /for_ms: expected milliseconds above 0, up to 3600000"},
      {R"({"for_ms": 1, "within_ms": 2})", "x.json: /: \"for_ms\" needs no \"within_ms\""},
      {R"({"instructions": 1, "within_ms": -1})",
       "x.json: /within_ms: expected milliseconds above 0, up to 3600000"},
      {R"({"until": {"pin": "PZ5", "level": 1}})",
       "x.json: /until/pin: no pin \"PZ5\" on this chip\n  write it as PB7"},
      {R"({"until": {"symbol": "mian"}})",
       "x.json: /until/symbol: no symbol \"mian\" in the firmware\n  names come from \"given\": { "
       "\"firmware\": … }"},
  };
  for (const auto& [text, message] : cases) {
    EXPECT_EQ(fault([&, bad = text] { run(bad); }), message);
  }
  EXPECT_NE(fault([&] { run(R"({"until": "ROM"})"); }).find("expected one of rom"),
            std::string::npos);
}

TEST_F(LoadFirmware, ExpectsWhatItDid) {
  const FirmwareExpectation it = expectation(R"({
      "pins": {"PA5": {"toggles": {"at_least": 4}, "period_ms": {"from": 195, "to": 205}},
               "PA6": {"toggles": 2}, "PA7": {"mode": "input"}},
      "faults": [], "fault": {"names": ["PRECISERR", "FORCED"], "symbol": "main"},
      "stopped": "stuck poll", "stopped_text": "HSERDY", "pc_in": "main", "phase": "stuck"})");
  ASSERT_EQ(it.pins.size(), 2u);
  EXPECT_EQ(it.pins[0].toggles, (Range<std::uint32_t>{4, {}}));
  EXPECT_EQ(it.pins[0].period, (Range<Duration>{milliseconds(195), milliseconds(205)}));
  EXPECT_EQ(it.pins[1].toggles, (Range<std::uint32_t>{2, 2}));
  ASSERT_TRUE(it.faults);
  EXPECT_TRUE(it.faults->empty());
  EXPECT_EQ(it.fault->names, (std::vector<std::string>{"PRECISERR", "FORCED"}));
  EXPECT_EQ(it.stopped, "stuck poll");
  EXPECT_EQ(it.stopped_text, "HSERDY");
  EXPECT_EQ(it.pc_in, "main");
}

TEST_F(LoadFirmware, SaysWhatIsWrongWithAnExpectation) {
  const std::pair<const char*, const char*> cases[] = {
      {R"({"pins": {"PA5": {"period_ms": {"from": 2, "to": 1}}}})", "\"from\" is above \"to\""},
      {R"({"pins": {"PA5": {"period_ms": {"from": 2}}}})", "missing \"to\""},
      {R"({"pins": {"PA5": {"toggles": {"least": 2}}}})", "at_least"},
      {R"({"fault": {"names": ["PRECISE"]}})", "PRECISERR"},
      {R"({"faults": [{"symbol": "mian"}]})", "no symbol \"mian\" in the firmware"},
      {R"({"stopped": "locked"})", "running, asleep, lockup"},
      {R"({"usart": {"USART99": "x"}})", "no \"USART99\" on this chip"},
      {R"({"pc_in": "mian"})", "/pc_in: no symbol \"mian\" in the firmware"},
  };
  for (const auto& [text, message] : cases) {
    const std::string said = fault([&, bad = text] { expectation(bad); });
    EXPECT_NE(said.find(message), std::string::npos) << said;
  }
}

}  // namespace
}  // namespace dfurig::scenario
