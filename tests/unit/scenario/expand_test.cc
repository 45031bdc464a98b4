#include "scenario/expand.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <functional>

#include "support/input_error.h"

namespace dfurig::scenario {
namespace {

using model::Json;

std::vector<Row> expand(const std::string& json) {
  return expand_table(Json::parse(json), "x.json");
}

std::string refusal_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

TEST(SplitRowName, FindsTheRowBehindTheFile) {
  const std::pair<std::string, RowName> cases[] = {
      {"a/x.json[F4]", {"a/x.json", "F4"}},
      {"x.json[two words]", {"x.json", "two words"}},
      {"x.json", {"x.json", ""}},
      {"folder", {"folder", ""}},
      {"x.json[F4", {"x.json[F4", ""}},
      {"x[1].json", {"x[1].json", ""}},
      {"x[1].json[F4]", {"x[1].json", "F4"}},
  };
  for (const auto& [name, row] : cases) {
    EXPECT_EQ(split_row_name(name).path, row.path) << name;
    EXPECT_EQ(split_row_name(name).row, row.row) << name;
    EXPECT_EQ(join_row_name(split_row_name(name)), name);
  }
}

TEST(ExpandTable, OfNoTableIsTheFileItself) {
  const std::vector<Row> rows = expand(R"({"title": "t", "steps": []})");
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].name, "");
  EXPECT_EQ(rows[0].json, Json::parse(R"({"title": "t", "steps": []})"));
  EXPECT_EQ(expand("[1]").size(), 1U) << "who loads it says what is wrong";
}

TEST(ExpandTable, HasAScenarioForEachRowWithItsNameInTheTitle) {
  const std::vector<Row> rows = expand(R"({"title": "t", "for_each": [
      {"name": "a"}, {"name": "b", "title": "own"}]})");
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].name, "a");
  EXPECT_EQ(rows[0].json, (Json{{"title", "t (a)"}}));
  EXPECT_EQ(rows[1].name, "b");
  EXPECT_EQ(rows[1].json, (Json{{"title", "own"}}));
}

/// The test cases of RFC 7396 Appendix A that objects can have.
TEST(ExpandTable, LaysARowOverTheFileAsRfc7396Does) {
  const std::tuple<const char*, const char*, const char*> cases[] = {
      {R"({"a": "b"})", R"({"a": "c"})", R"({"a": "c"})"},
      {R"({"a": "b"})", R"({"b": "c"})", R"({"a": "b", "b": "c"})"},
      {R"({"a": "b", "b": "c"})", R"({"a": null})", R"({"b": "c"})"},
      {R"({"a": ["b"]})", R"({"a": "c"})", R"({"a": "c"})"},
      {R"({"a": "c"})", R"({"a": ["b"]})", R"({"a": ["b"]})"},
      {R"({"a": {"b": "c"}})", R"({"a": {"b": "d", "c": null}})", R"({"a": {"b": "d"}})"},
      {R"({"a": [{"b": "c"}]})", R"({"a": [1]})", R"({"a": [1]})"},
      {R"({})", R"({"a": {"bb": {"ccc": null}}})", R"({"a": {"bb": {}}})"},
  };
  for (const auto& [target, patch, result] : cases) {
    Json root = {{"given", Json::parse(target)}};
    root["for_each"] = Json::array({{{"name", "x"}, {"given", Json::parse(patch)}}});
    EXPECT_EQ(expand_table(root, "x.json")[0].json["given"], Json::parse(result)) << patch;
  }
}

TEST(ExpandTable, PutsVariablesWhereTheyAreNamed) {
  const std::vector<Row> rows = expand(R"({"steps": [
      {"number": "${n}", "flag": "${f}", "text": "${t}", "within": "-${n}-${t}-${t}-${f}"}],
      "for_each": [{"name": "x", "variables": {"n": 7, "f": true, "t": "yes"}}]})");
  const Json expected = Json::parse(R"({"number": 7, "flag": true, "text": "yes",
                                        "within": "-7-yes-yes-true"})");
  EXPECT_EQ(rows[0].json["steps"][0], expected);
}

TEST(ExpandTable, LeavesWhatIsKnownWhenItRuns) {
  const std::vector<Row> rows = expand(R"({"a": "${files}/${t} ${scenario_dir}",
      "for_each": [{"name": "x", "variables": {"t": "b.bin"}}]})");
  EXPECT_EQ(rows[0].json["a"], "${files}/b.bin ${scenario_dir}");
}

TEST(ExpandTable, DoesNotLookForVariablesInAValue) {
  const std::vector<Row> rows = expand(R"({"a": "-${t}-", "for_each": [
      {"name": "x", "variables": {"t": "${files}"}}]})");
  EXPECT_EQ(rows[0].json["a"], "-${files}-");
}

TEST(ExpandTable, TellsAMistakeWithItsPlace) {
  const std::string where_values_come_from =
      "\n  \"variables\" of a row and \"with\" of a shared step give them values";
  const std::pair<std::string, std::string> mistakes[] = {
      {R"({"for_each": []})", "x.json: /for_each: expected at least one row"},
      {R"({"for_each": {}})", "x.json: /for_each: expected an array, found an object"},
      {R"({"for_each": [{}]})", R"(x.json: /for_each/0: missing "name")"},
      {R"({"for_each": [{"name": ""}]})",
       "x.json: /for_each/0/name: expected a name without [, ] and /"},
      {R"({"for_each": [{"name": "a]"}]})",
       "x.json: /for_each/0/name: expected a name without [, ] and /"},
      {R"({"for_each": [{"name": "a/b"}]})",
       "x.json: /for_each/0/name: expected a name without [, ] and /"},
      {R"({"for_each": [{"name": "a"}, {"name": "a"}]})",
       R"(x.json: /for_each/1/name: there is a row "a" already)"},
      {R"({"for_each": [{"name": "a", "variables": {"files": "x"}}]})",
       R"(x.json: /for_each/0/variables/files: "files" is a name of dfurig's own)"},
      {R"({"for_each": [{"name": "a", "variables": {"x": [1]}}]})",
       "x.json: /for_each/0/variables/x: expected text, a number or a boolean"},
      {R"({"a": "${x}"})", R"(x.json: /a: no variable "x")" + where_values_come_from},
      {R"({"a": [{"b": "1 ${y} 2"}]})",
       R"(x.json: /a/0/b: no variable "y")" + where_values_come_from},
      {R"({"a": "${x}", "for_each": [{"name": "r"}]})",
       R"(x.json[r]: /a: no variable "x")" + where_values_come_from},
  };
  for (const auto& [json, said] : mistakes) {
    EXPECT_EQ(refusal_of([&json] { expand(json); }), said);
  }
  const std::string table_in_a_row = R"({"for_each": [{"name": "a", "for_each": []}]})";
  const std::string said = R"(x.json: /for_each/0: unknown key "for_each")";
  EXPECT_EQ(refusal_of([&] { expand(table_in_a_row); }).substr(0, said.size()), said);
}

/// A scenario beside a file with shared steps.
class FindFragment : public testing::Test {
 protected:
  FindFragment() { std::filesystem::create_directory(folder_); }
  ~FindFragment() override { std::filesystem::remove_all(folder_); }

  void write(const std::string& json) { std::ofstream(folder_ + "/a.steps.json") << json; }
  std::optional<Fragment> find(const std::string& step) {
    const Json json = Json::parse(step);
    return find_fragment(model::Reader(json, path()), path());
  }
  std::string path() const { return folder_ + "/x.json"; }
  std::string refusal_of_step(const std::string& step) {
    return refusal_of([&] { find(step); });
  }

  const std::string folder_ =
      std::filesystem::temp_directory_path() / ("dfurig-expand-" + std::to_string(getpid()));
};

TEST_F(FindFragment, IsAbsentWhereNothingIsUsed) {
  EXPECT_FALSE(find(R"({"reset": "system"})"));
  EXPECT_FALSE(find("7"));
}

TEST_F(FindFragment, HasTheStepsWithTheirVariables) {
  write(R"({"title": "t", "steps": [{"expect": {"phase": "${phase}"}}]})");
  const auto fragment = find(R"({"use": "a.steps.json", "with": {"phase": "off"}})");
  ASSERT_TRUE(fragment);
  EXPECT_EQ(fragment->path, folder_ + "/a.steps.json");
  EXPECT_EQ(fragment->json["steps"], Json::parse(R"([{"expect": {"phase": "off"}}])"));
}

TEST_F(FindFragment, TellsAMistakeWithItsFileAndPlace) {
  const std::string shared = folder_ + "/a.steps.json";
  EXPECT_EQ(refusal_of_step(R"({"use": "none.json"})"),
            path() + ": /use: there is no file " + folder_ +
                "/none.json\n  paths are relative to the scenario file");
  write(R"({"steps": ["${x}"]})");
  EXPECT_EQ(refusal_of_step(R"({"use": "a.steps.json"})"),
            shared +
                ": /steps/0: no variable \"x\"\n  \"variables\" of a row and \"with\" of a "
                "shared step give them values");
  EXPECT_EQ(refusal_of_step(R"({"use": "a.steps.json", "with": {"scenario_dir": 1}})"),
            path() + ": /with/scenario_dir: \"scenario_dir\" is a name of dfurig's own");
  EXPECT_EQ(refusal_of_step(R"({"use": "a.steps.json", "run": []})"),
            path() + ": /: unknown key \"run\"\n  known here: use, with");
  write(R"({"title": "t"})");
  EXPECT_EQ(refusal_of_step(R"({"use": "a.steps.json"})"), shared + ": /: missing \"steps\"");
  write(R"({"steps": {}})");
  EXPECT_EQ(refusal_of_step(R"({"use": "a.steps.json"})"),
            shared + ": /steps: expected an array, found an object");
}

}  // namespace
}  // namespace dfurig::scenario
