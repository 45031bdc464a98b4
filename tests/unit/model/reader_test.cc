#include "model/reader.h"

#include <gtest/gtest.h>

#include "support/input_error.h"

namespace dfurig::model {
namespace {

const Json sourced = {{"value", 7}, {"mark", "observed"}, {"source", "a log"}, {"note", "once"}};

TEST(Reader, ReadsASourcedValueAsItsValueAndRemembersTheFact) {
  const Json json = {{"poll_ms", sourced}, {"busy_ms", 8}};
  std::vector<Fact> facts;
  const Reader reader(json, "dir/x.json", &facts);
  EXPECT_EQ(reader.at("poll_ms").number(), 7u);
  EXPECT_EQ(reader.at("busy_ms").number(), 8u);
  EXPECT_EQ(facts, (std::vector<Fact>{{"x/poll_ms", Mark::Observed, "a log", "once", ""}}));
}

TEST(Reader, HandsASourceDownToWhatHasNone) {
  const Json json = {{"mark", "documented"}, {"source", "AN3156"}, {"a", {{"b", 1}}}};
  EXPECT_EQ(Reader(json, "x.json").at("a").at("b").fact().source, "AN3156");
}

TEST(Reader, LeavesSourceKeysOutOfMembers) {
  const Json json = {{"mark", "documented"}, {"source", "AN3156"}, {"note", "n"}, {"a", 1}};
  const auto members = Reader(json, "x.json").members();
  ASSERT_EQ(members.size(), 1u);
  EXPECT_EQ(members[0].first, "a");
}

std::string complaint(const Json& json, const std::function<void(const Reader&)>& read) {
  try {
    read(Reader(json, "x.json"));
    return "";
  } catch (const InputError& error) {
    return error.what();
  }
}

TEST(Reader, SaysWhatWasExpectedAndWhatWasFound) {
  const Json json = {{"t", "text"}, {"n", -1}, {"o", Json::object()}};
  EXPECT_EQ(complaint(json, [](const Reader& r) { r.at("t").boolean(); }),
            "x.json: /t: expected true or false, found \"text\"");
  EXPECT_EQ(complaint(json, [](const Reader& r) { r.at("o").text(); }),
            "x.json: /o: expected text, found an object");
  EXPECT_EQ(complaint(json, [](const Reader& r) { r.at("t").items(); }),
            "x.json: /t: expected an array, found \"text\"");
  EXPECT_EQ(complaint(json, [](const Reader& r) { r.at("n").real(); }), "");
  EXPECT_EQ(complaint(json, [](const Reader& r) { r.at("n").number(9); }),
            "x.json: /n: expected a number from 0 to 9, found -1\n  write 28 or \"0x1C\"");
  EXPECT_EQ(complaint(json, [](const Reader& r) { r.at("missing"); }),
            "x.json: /: missing \"missing\"");
}

TEST(Reader, EscapesKeysInPointers) {
  const Json json = {{"a/b", {{"c~d", "text"}}}};
  EXPECT_EQ(Reader(json, "x.json").at("a/b").at("c~d").pointer(), "/a~1b/c~0d");
}

TEST(Reader, RemembersAFactOnceHoweverOftenItIsRead) {
  const Json json = {{"poll_ms", sourced}};
  std::vector<Fact> facts;
  const Reader reader(json, "x.json", &facts);
  reader.at("poll_ms");
  reader.at("poll_ms");
  EXPECT_EQ(facts.size(), 1u);
}

TEST(Reader, WantsAMarkBesideASource) {
  const Json json = {{"value", 1}, {"source", "a log"}};
  EXPECT_EQ(complaint(json, [](const Reader&) {}),
            "x.json: /: a \"source\" needs a \"mark\"\n  one of documented, observed, inferred, "
            "unknown");
}

TEST(ParseJsonFile, NamesAFileThatIsNotThere) {
  EXPECT_THROW(parse_json_file("/nonexistent.json"), InputError);
}

}  // namespace
}  // namespace dfurig::model
