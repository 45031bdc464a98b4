#include "model/load_bootloader.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <map>
#include <sstream>

#include "model/temporary_models.h"

namespace dfurig::model {
namespace {

TEST(SerialFromUid, AddsTheFirstAndThirdWordWithoutCarry) {
  EXPECT_EQ(serial_from_uid({0x00000001, 0xABCD1234, 0x00000002}), "00000003ABCD");
  // What ROMs show whose UID reads blank: the sum is taken modulo 2^32.
  EXPECT_EQ(serial_from_uid({0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF}), "FFFFFFFEFFFF");
}

/// tests/wire/alternates.txt (its README says how it is written): "stm32f405rg" or, with a ROM that
/// is not the chip's own, "stm32f405rg/rom-f405-v3.1", and its strings as "mark name".
std::map<std::string, std::vector<std::string>> load_table() {
  std::ifstream file(std::string(DFURIG_SOURCE_DIR) + "/tests/wire/alternates.txt");
  std::map<std::string, std::vector<std::string>> table;
  std::vector<std::string> chips;
  for (std::string row; std::getline(file, row);) {
    if (row.empty() || row.starts_with('#')) continue;
    std::istringstream words(row);
    if (row.starts_with(' ')) {
      std::string mark, name;
      std::getline(words >> mark >> std::ws, name);
      for (const std::string& chip : chips) table[chip].push_back(mark + " " + name);
      continue;
    }
    chips.assign(std::istream_iterator<std::string>(words), {});
    for (const std::string& chip : chips) EXPECT_EQ(table.count(chip), 0u) << chip << " is twice";
  }
  return table;
}

std::vector<std::string> alternates_of(const Model& model) {
  std::vector<std::string> rows;
  for (std::size_t i = 0; i < model.bootloader.alternates.size(); ++i) {
    const Fact* fact = model.fact_of_alternate(i);
    rows.push_back((fact == nullptr ? "unmarked" : to_string(fact->mark)) + " " +
                   model.bootloader.alternates[i].name);
  }
  return rows;
}

TEST(ShippedModels, SayTheStringsOfTheirRomsAndHowWellTheyAreKnown) {
  const Library library(shipped_models);
  auto table = load_table();
  for (const std::string& name : library.names()) {
    // A chip whose ROM has no USB DFU is not in the table, and says nothing.
    EXPECT_EQ(alternates_of(library.load(name)), table[name]) << name;
    table.erase(name);
  }
  for (const auto& [name, expected] : table) {
    const std::size_t slash = name.find('/');
    ASSERT_NE(slash, std::string::npos) << name << " is no shipped chip";
    const Model model = library.load(name.substr(0, slash), name.substr(slash + 1));
    EXPECT_EQ(alternates_of(model), expected) << name;
  }
}

}  // namespace
}  // namespace dfurig::model
