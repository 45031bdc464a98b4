#include "model/document.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "model/changes.h"
#include "model/reader.h"
#include "support/input_error.h"

namespace dfurig::model {
namespace {

class DocumentTest : public testing::Test {
 protected:
  DocumentTest() {
    std::string pattern = std::filesystem::temp_directory_path() / "dfurig-document-XXXXXX";
    folder_ = mkdtemp(pattern.data());
  }
  ~DocumentTest() override { std::filesystem::remove_all(folder_); }

  void write(const std::string& name, const Json& json) const {
    std::ofstream(folder_ + "/" + name + ".json") << json;
  }
  Document open(const std::string& name) const {
    return Document(folder_ + "/" + name + ".json", folder_);
  }

  std::string folder_;
};

TEST_F(DocumentTest, MergesObjectsAndReplacesEverythingElse) {
  write("base", {{"a", {{"x", 1}, {"y", 2}}}, {"list", {1, 2}}, {"gone", {{"z", 1}}}, {"kept", 7}});
  write("top", {{"extends", "base"}, {"a", {{"y", 3}}}, {"list", {9}}, {"gone", nullptr}});
  const Document document = open("top");
  const Reader reader(document);
  EXPECT_EQ(reader.at("a").at("x").number(), 1u);
  EXPECT_EQ(reader.at("a").at("y").number(), 3u);
  EXPECT_EQ(reader.at("list").items().size(), 1u);
  EXPECT_FALSE(reader.has("gone"));
  EXPECT_EQ(reader.at("kept").number(), 7u);
}

TEST_F(DocumentTest, ListsMembersOfTheExtendedFileFirst) {
  write("base", {{"o", {{"x", 1}, {"y", 2}}}});
  write("top", {{"extends", "base"}, {"o", {{"a", 3}, {"x", nullptr}}}});
  const Document document = open("top");
  std::vector<std::string> names;
  for (const auto& [name, unused] : Reader(document).at("o").members()) names.push_back(name);
  EXPECT_EQ(names, (std::vector<std::string>{"y", "a"}));
}

TEST_F(DocumentTest, KeepsEachValuesOwnSourceAndFile) {
  const Json documented = {{"value", 1}, {"mark", "documented"}, {"source", "RM"}};
  write("base", {{"mark", "observed"}, {"source", "base log"}, {"p", documented}, {"q", 2}});
  write("top", {{"extends", "base"},
                {"p", {{"value", 5}, {"mark", "inferred"}, {"source", "us"}}},
                {"r", 3}});
  const Document document = open("top");
  std::vector<Fact> facts;
  const Reader reader(document, &facts);
  EXPECT_EQ(reader.at("p").number(), 5u);
  EXPECT_EQ(reader.at("p").fact().source, "us");
  EXPECT_EQ(reader.at("q").fact().source, "base log");
  EXPECT_EQ(reader.at("q").file(), folder_ + "/base.json");
  EXPECT_EQ(reader.at("r").fact().source, "") << "the base's source is not about this file's value";
  EXPECT_EQ(facts, (std::vector<Fact>{{"base", Mark::Observed, "base log", "", ""},
                                      {"top/p", Mark::Inferred, "us", "", ""}}));
}

TEST_F(DocumentTest, NamesTheFileAFaultIsIn) {
  write("base", {{"n", "seven"}, {"x", 1}});
  write("top", {{"extends", "base"}});
  const Document document = open("top");
  const Reader reader(document);
  try {
    reader.at("n").number();
    FAIL();
  } catch (const InputError& error) {
    EXPECT_NE(std::string(error.what()).find("base.json: /n: expected a number"),
              std::string::npos);
  }
}

TEST_F(DocumentTest, TakesChangesOverAllFiles) {
  write("base", {{"a", {{"x", 1}, {"y", 2}}}});
  Document document = open("base");
  const Changes changes = parse_changes({"chip/a/y=0x10", "bootloader/b=\"text\""});
  document.lay_over(changes.chip, changes.file);
  EXPECT_EQ(Reader(document).at("a").at("x").number(), 1u);
  EXPECT_EQ(Reader(document).at("a").at("y").number(), 16u);
  EXPECT_EQ(Reader(document).at("a").at("y").place(), "--set: /a/y");
  EXPECT_EQ(changes.bootloader["b"], "text");
}

TEST(ParseChanges, WantsAPartAndAValue) {
  for (const char* text : {"behaviour/while_busy=stall", "chip/flash", ""}) {
    EXPECT_THROW(parse_changes({text}), InputError) << text;
  }
}

}  // namespace
}  // namespace dfurig::model
