#include "board/boot.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <sstream>
#include <tuple>

#include "board/bench.h"
#include "board/boot_tables.h"
#include "support/hex.h"

namespace dfurig::board {
namespace {

std::vector<std::string> words(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> result;
  for (std::string word; stream >> word;) result.push_back(word);
  return result;
}

/// One chip, whose pins and option bits are set as a table's columns say.
class ChipUnderTest {
 public:
  explicit ChipUnderTest(const std::string& name) : model_(load(name)), chip_(model_.chip) {}

  const model::Model& model() const { return model_; }
  void set(const std::string& column, std::uint32_t value) {
    if (column == model::empty_condition) {
      inputs_.is_flash_empty = value != 0;
    } else if (const model::OptionField* field = model_.find_option_field(column)) {
      set_option(*field, value);
    } else {
      const auto& pins = model_.boot_pins;
      ASSERT_NE(std::find(pins.begin(), pins.end(), column), pins.end())
          << model_.name << " has neither a pin nor an option field " << column;
      inputs_.pins[column] = value;
    }
  }
  void put_code_at(std::uint32_t address) { chip_.flash().preload(address, application); }
  void erase() { chip_.flash().erase_all(); }
  BootDecision decide() {
    chip_.option_bytes().load();
    return decide_boot(model_, chip_, inputs_);
  }

 private:
  /// Where a byte of the option bytes' content is.
  std::uint32_t address_of(std::size_t byte) const {
    for (const stm32::Window& window : model_.chip.option_bytes.windows) {
      if (byte < window.size) return window.address + static_cast<std::uint32_t>(byte);
      byte -= window.size;
    }
    return 0;
  }
  void set_option(const model::OptionField& field, std::uint32_t value) {
    for (unsigned i = 0; i < field.width; ++i) {
      const unsigned bit = field.bit + i;
      const std::size_t at = field.byte + bit / 8;
      const unsigned mask = 1u << bit % 8;
      const std::uint8_t before = chip_.option_bytes().content()[at];
      const bool is_one = (value >> i & 1) != 0;
      const auto after = static_cast<std::uint8_t>(is_one ? before | mask : before & ~mask);
      chip_.option_bytes().preload(address_of(at), Bytes{after});
    }
  }

  model::Model model_;
  stm32::Chip chip_;
  BootInputs inputs_;
};

/// A table's cases for every combination of what its columns may be.
class BootTableTest : public testing::TestWithParam<BootTable> {
 protected:
  void visit(ChipUnderTest& chip, std::vector<std::uint32_t>& chosen) {
    const std::vector<std::string> columns = words(GetParam().columns);
    if (chosen.size() == columns.size()) return check(chip, chosen);
    for (const std::uint32_t value : domain(chosen.size())) {
      ASSERT_NO_FATAL_FAILURE(chip.set(columns[chosen.size()], value));
      chosen.push_back(value);
      visit(chip, chosen);
      chosen.pop_back();
    }
  }

 private:
  /// What the cases have in a column; both values of what looks like a bit.
  static std::set<std::uint32_t> domain(std::size_t column) {
    std::set<std::uint32_t> values;
    for (const BootCase& it : GetParam().cases) {
      const std::string word = words(it.values)[column];
      if (word != "x") values.insert(*parse_number(word));
    }
    if (values.empty() || *values.rbegin() < 2) values.insert({0, 1});
    return values;
  }
  static bool holds(const BootCase& it, const std::vector<std::uint32_t>& chosen) {
    const std::vector<std::string> values = words(it.values);
    for (std::size_t i = 0; i < chosen.size(); ++i) {
      if (values[i] != "x" && *parse_number(values[i]) != chosen[i]) return false;
    }
    return true;
  }
  void check(ChipUnderTest& chip, const std::vector<std::uint32_t>& chosen) {
    std::string what = chip.model().name;
    for (const std::uint32_t value : chosen) what += " " + hex(value, 1);
    SCOPED_TRACE(what + " of " + GetParam().columns);
    const auto& cases = GetParam().cases;
    const auto is_it = [&](const BootCase& it) { return holds(it, chosen); };
    ASSERT_EQ(std::count_if(cases.begin(), cases.end(), is_it), 1) << "the table is no table";
    const Starts starts = std::find_if(cases.begin(), cases.end(), is_it)->starts;
    if (starts.what == Starts::What::Banks) return check_banks(chip);
    const BootDecision decision = chip.decide();
    EXPECT_EQ(decision.starts_bootloader, starts.what == Starts::What::Rom) << decision.reason;
    if (starts.what == Starts::What::Rom) return;
    EXPECT_EQ(hex(decision.address), hex(starts.address));
  }
  /// AN2606, "dual bank boot implementation": without code the ROM stays, else a bank starts.
  void check_banks(ChipUnderTest& chip) {
    const BootDecision none = chip.decide();
    EXPECT_TRUE(none.starts_bootloader) << none.reason;
    for (const std::uint32_t bank : GetParam().banks) {
      chip.put_code_at(bank);
      const BootDecision decision = chip.decide();
      EXPECT_FALSE(decision.starts_bootloader) << decision.reason;
      EXPECT_EQ(hex(decision.address), hex(bank)) << decision.reason;
      chip.erase();
    }
  }
};

/// A pin, a bit or EMPTY that a chip decides by and its table has no column for.
std::string missing_column(const model::Model& model, const std::vector<std::string>& columns) {
  std::set<std::string> inputs(model.boot_pins.begin(), model.boot_pins.end());
  for (const model::BootRow& row : model.boot_table) {
    for (const auto& [input, unused] : row.conditions) inputs.insert(input);
  }
  for (const model::OptionField& field : model.option_fields) {
    for (const char* const part : {"BOOT", "BFB2"}) {
      if (field.name.find(part) != std::string::npos) inputs.insert(field.name);
    }
  }
  for (const std::string& column : columns) inputs.erase(column);
  return inputs.empty() ? "" : *inputs.begin();
}

TEST_P(BootTableTest, HoldsForItsChipsWhateverThePinsAndBitsAre) {
  for (const std::string& name : GetParam().chips) {
    ChipUnderTest chip(name);
    EXPECT_EQ(missing_column(chip.model(), words(GetParam().columns)), "") << name;
    std::vector<std::uint32_t> chosen;
    visit(chip, chosen);
  }
}

INSTANTIATE_TEST_SUITE_P(Patterns, BootTableTest, testing::ValuesIn(boot_tables),
                         [](const testing::TestParamInfo<BootTable>& it) {
                           return it.param.chips.front();
                         });

TEST(BootTables, HaveEveryChipOnce) {
  std::multiset<std::string> in_tables;
  for (const BootTable& table : boot_tables) {
    in_tables.insert(table.chips.begin(), table.chips.end());
  }
  const auto names = model::Library(std::string(DFURIG_SOURCE_DIR) + "/models").names();
  EXPECT_EQ(in_tables, std::multiset<std::string>(names.begin(), names.end()));
}

// Which of two banks with code starts.
TEST(DecideBoot, PrefersBank2) {
  ChipUnderTest chip("stm32f429zi");
  chip.put_code_at(0x08000000);
  chip.put_code_at(0x08100000);
  chip.set("BFB2", 1);
  EXPECT_EQ(hex(chip.decide().address), "0x08100000");
}

// AN2606, F76x: the bank that BOOT_ADDx names is tried first.
TEST(DecideBoot, PrefersTheBankTheAddressNames) {
  ChipUnderTest chip("stm32f767zi");
  chip.put_code_at(0x08000000);
  chip.put_code_at(0x08100000);
  for (const char* const bit : {"nDBANK", "nDBOOT"}) chip.set(bit, 0);
  chip.set("BOOT_ADD0", 0x0080);
  EXPECT_EQ(hex(chip.decide().address), "0x08000000");
  chip.set("BOOT_ADD0", 0x2040);
  EXPECT_EQ(hex(chip.decide().address), "0x08100000");
}

TEST(DecideBoot, SaysWhy) {
  const model::Model model = load("stm32l476rg");
  const stm32::Chip chip(model.chip);
  EXPECT_EQ(decide_boot(model, chip, {{{"BOOT0", 1}}, false}).reason, "BOOT0=1, nBOOT1=1");
}

// ST community 4150 and stlink-org/stlink#1482: a virgin L412 or L4R5 goes on booting its ROM after
// it was programmed, until its power is cycled; RM0490 §3.1.4: or its option bytes are loaded.
TEST(EmptyCheck, IsLatchedAtPowerOn) {
  Bench bench(load("stm32l412kb"));
  bench.board_.power_on({});
  EXPECT_EQ(bench.board_.phase(), Phase::Bootloader);
  bench.board_.chip().flash().preload(0x08000000, application);
  bench.board_.reset({}, stm32::ResetCause::Pin);
  EXPECT_EQ(bench.board_.phase(), Phase::Bootloader) << "a system reset looks at what was latched";
  bench.board_.power_on({});
  EXPECT_EQ(bench.board_.phase(), Phase::Application);
  bench.board_.chip().flash().erase_all();
  bench.board_.reset({}, stm32::ResetCause::Pin);
  EXPECT_EQ(bench.board_.phase(), Phase::Stuck) << "the other way round as well: empty flash";
}

// AN3156 figure 7: the G0's ROM loads the option bytes, the L43x's makes a system reset.
TEST(EmptyCheck, IsRenewedByLoadingOptionBytes) {
  for (const auto& [chip, window, size, phase] :
       {std::tuple{"stm32g0b1re", 0x1FFF7800u, 116u, Phase::Application},
        std::tuple{"stm32l432kc", 0x1FFF7800u, 40u, Phase::Bootloader}}) {
    Bench bench(load(chip));
    bench.board_.power_on({});
    bench.run();
    bench.board_.chip().flash().preload(0x08000000, application);
    ASSERT_EQ(bench.set_address(window), dfu::Status::OK);
    const Bytes block = bench.upload(2, size).value();
    bench.set_address(window);
    bench.go_idle();
    bench.out(dfu::DFU_DNLOAD, 2, block);
    EXPECT_EQ(bench.getstatus(), dfu::State::dfuDNBUSY);
    bench.run();
    EXPECT_EQ(bench.board_.phase(), phase) << chip;
  }
}

TEST(SelectedFlash, LocksTheCoreUpWhereNothingIsThatCouldStart) {
  Bench bench(load("stm32l476rg"));
  bench.board_.power_on({});
  EXPECT_EQ(bench.board_.phase(), Phase::Stuck);
  EXPECT_EQ(bench.last_event(),
            "0x08000000 is selected and holds no application: the core locks up, MSP 0xFFFFFFFF, "
            "PC 0xFFFFFFFF");
}

TEST(SelectedFlash, HoldsAnApplicationThatIsToldAtPowerOn) {
  Bench bench(load("stm32l476rg"));
  bench.board_.power_on({}, true);
  EXPECT_EQ(bench.board_.phase(), Phase::Application);
  EXPECT_EQ(bench.last_event(), "0x08000000 is selected: its application is told, not in flash");
  bench.board_.reset({}, stm32::ResetCause::Pin);
  EXPECT_EQ(bench.board_.phase(), Phase::Stuck) << "nobody tells what it does then";
}

constexpr std::uint32_t OBLRSTF = 1u << 25, PINRSTF = 1u << 26, SFTRSTF = 1u << 28;

/// Flags of past resets but those of power-on.
std::uint32_t reset_flags(Bench& bench) {
  return *bench.board_.chip().peek("RCC.CSR") & (OBLRSTF | PINRSTF | SFTRSTF);
}

void start_without_reset_flags(Bench& bench) {
  bench.start_in_bootloader();
  bench.board_.chip().poke("RCC.CSR", 0);
}

TEST(ResetFlags, TellNrstFromSoftware) {
  Bench bench(load("stm32l476rg"));
  start_without_reset_flags(bench);
  bench.board_.reset({}, stm32::ResetCause::Pin);
  EXPECT_EQ(reset_flags(bench), PINRSTF);
  EXPECT_EQ(bench.board_.events()[bench.board_.events().size() - 2].what, "system reset by NRST");
  bench.board_.reset({}, stm32::ResetCause::Software);
  EXPECT_EQ(reset_flags(bench), PINRSTF | SFTRSTF);
}

TEST(ResetFlags, AreSoftwaresWhenTheRomFindsNothingToLeaveTo) {
  Bench bench(load("stm32l476rg"));
  start_without_reset_flags(bench);
  bench.leave_unheard();
  EXPECT_EQ(reset_flags(bench), PINRSTF | SFTRSTF);
}

TEST(ResetFlags, AreSoftwaresWhenTheLibraryLeavesByAReset) {
  Bench bench(load("stm32l475re", "cubemx-l475"), {1.0, "", "", "reply-delivered"});
  bench.board_.set_boot_pin("B1", 1);
  bench.board_.power_on({});
  bench.run();
  bench.board_.chip().poke("RCC.CSR", 0);
  bench.leave_unheard();
  EXPECT_EQ(reset_flags(bench), PINRSTF | SFTRSTF);
}

// AN3156 figure 7
TEST(ResetFlags, TellHowTheRomMakesOptionBytesTakeEffect) {
  for (const auto& [chip, size, flags] : {std::tuple{"stm32l476rg", 40u, PINRSTF | OBLRSTF},
                                          std::tuple{"stm32l432kc", 40u, PINRSTF | SFTRSTF}}) {
    Bench bench(load(chip));
    start_without_reset_flags(bench);
    ASSERT_EQ(bench.set_address(0x1FFF7800), dfu::Status::OK);
    const Bytes block = bench.upload(2, size).value();
    ASSERT_EQ(bench.set_address(0x1FFF7800), dfu::Status::OK);
    bench.operate_and_lose(2, block);
    EXPECT_EQ(reset_flags(bench), flags) << chip;
  }
}

class FindApplicationTest : public testing::Test {
 protected:
  std::optional<VectorTable> with(std::uint32_t msp, std::uint32_t reset_handler) {
    chip_.flash().preload(0x08000000, ByteWriter().u32le(msp).u32le(reset_handler).take());
    return find_application(chip_, 0x08000000);
  }
  stm32::Chip chip_{load("stm32f405rg").chip};
};

TEST_F(FindApplicationTest, TakesAPlausibleVectorTable) {
  EXPECT_EQ(with(0x20020000, 0x08000101), (VectorTable{0x08000000, 0x20020000, 0x08000101}));
}

TEST_F(FindApplicationTest, RefusesWhatCannotRun) {
  EXPECT_EQ(find_application(chip_, 0x08000000), std::nullopt) << "erased";
  EXPECT_EQ(with(0x20020004, 0x08000101), std::nullopt) << "stack beyond SRAM";
  EXPECT_EQ(with(0x08000000, 0x08000101), std::nullopt) << "stack in flash";
  EXPECT_EQ(with(0x20020000, 0x08000100), std::nullopt) << "no Thumb bit";
  EXPECT_EQ(with(0x20020000, 0x60000001), std::nullopt) << "nothing there";
  EXPECT_EQ(find_application(chip_, 0x60000000), std::nullopt);
}

// Hardware does not look at the stack pointer.
TEST_F(FindApplicationTest, LeavesTheStackPointerToWhoStarts) {
  EXPECT_EQ(with(0x60000000, 0x08000101), std::nullopt);
  EXPECT_EQ(find_startable(chip_, 0x08000000), (VectorTable{0x08000000, 0x60000000, 0x08000101}));
  EXPECT_EQ(with(0x20020000, 0x00000101), std::nullopt);
  EXPECT_NE(find_startable(chip_, 0x08000000), std::nullopt) << "flash is at 0, too";
  for (const std::uint32_t reset_handler : {0x08000100u, 0x60000001u, 0xFFFFFFFFu}) {
    with(0x20020000, reset_handler);
    EXPECT_EQ(find_startable(chip_, 0x08000000), std::nullopt) << reset_handler;
  }
}

// STM32CubeL4, DFU_Standalone/Src/main.c: the button, or (word & 0x2FFE0000) is not 0x20000000.
TEST(DecideFlashBoot, StaysForTheButtonOrWithoutAStackPointerInSram) {
  stm32::Chip chip(load("stm32l475re").chip);
  const dfu::UsbdDfuSpec spec{dfu::UsbdVersion::V2_5, 0x08008000, "B1", true};
  EXPECT_EQ(decide_flash_boot(spec, chip, {}).reason, "no valid code at 0x08008000");
  chip.flash().preload(0x08008000, Bytes{0x00, 0x80, 0x01, 0x20});
  EXPECT_FALSE(decide_flash_boot(spec, chip, {}).starts_bootloader);
  EXPECT_FALSE(decide_flash_boot(spec, chip, {{"B1", 0}}).starts_bootloader);
  EXPECT_EQ(decide_flash_boot(spec, chip, {{"B1", 1}}).reason, "B1 is pressed");
}

}  // namespace
}  // namespace dfurig::board
