#include "scenario/files.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "support/input_error.h"

namespace dfurig::scenario {
namespace {

const std::string root = DFURIG_SOURCE_DIR;

/// As the "files" of a scenario in tests/x.json.
class FilesOf {
 public:
  explicit FilesOf(const std::string& json) : files(root + "/tests/x.json") {
    const model::Json value = model::Json::parse(json);
    files.read(model::Reader(value, "x.json"));
  }
  const MadeFile& operator[](const std::string& name) const { return files.made().at(name); }

  Files files;
};

std::string refusal_of(const std::string& json) {
  try {
    FilesOf files(json);
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

TEST(Files, AreTheBytesThatAreGiven) {
  const FilesOf files(R"({"a": {"bytes": "DE AD be ef"}, "b": {"fill": "0x5A", "size": 3}})");
  EXPECT_EQ(files["a"].bytes, (Bytes{0xDE, 0xAD, 0xBE, 0xEF}));
  EXPECT_EQ(files["b"].bytes, Bytes(3, 0x5A));
}

TEST(Files, CountTo250AgainAndAgain) {
  const FilesOf files(R"({"a": {"pattern": "counter", "size": 253}})");
  const Bytes& bytes = files["a"].bytes;
  ASSERT_EQ(bytes.size(), 253U);
  EXPECT_EQ(bytes[0], 0);
  EXPECT_EQ(bytes[250], 250);
  EXPECT_EQ(bytes[251], 0);
  EXPECT_EQ(bytes[252], 1);
}

/// The low bytes of what SplitMix64 gives for seed 0: E220A8397B1DCDAF, 6E789E6AA1B965F4,
/// 06C45D188009454F, F88BB8A8724C81EC, 1B39896A51A8749B.
TEST(Files, HaveTheSameNoiseAlways) {
  const FilesOf files(R"({"a": {"pattern": "random", "size": 5}})");
  EXPECT_EQ(files["a"].bytes, (Bytes{0xAF, 0xF4, 0x4F, 0xEC, 0x9B}));
}

TEST(Files, HaveAVectorTableInFrontOfAnApplication) {
  const FilesOf files(R"({"a": {"pattern": "application", "at": "0x08004000", "size": 10}})");
  const Bytes expected = {0x00, 0x04, 0x00, 0x20, 0x01, 0x41, 0x00, 0x08, 8, 9};
  EXPECT_EQ(files["a"].bytes, expected);
  EXPECT_EQ(files["a"].images, (std::vector<Image>{{0x08004000, expected}}));
}

TEST(Files, MayBeMadeOfThoseBefore) {
  const FilesOf files(R"({"a": {"bytes": "01 02", "at": 16}, "b": {"file": "a"},
                          "c": {"file": "a", "at": 32}})");
  EXPECT_EQ(files["b"].images, (std::vector<Image>{{16, {1, 2}}}));
  EXPECT_EQ(files["c"].images, (std::vector<Image>{{32, {1, 2}}}));
}

TEST(Files, AreFoundBesideTheScenario) {
  const FilesOf files(R"({"a": {"file": "firmware/blink_stm32l476.bin", "at": 0}})");
  EXPECT_EQ(files["a"].bytes, read_file(root + "/tests/firmware/blink_stm32l476.bin"));
}

TEST(Files, OfADfuFileAreWhatGoesWhere) {
  const FilesOf files(R"({"a": {"targets": [
      {"alternate": 1, "name": "x", "elements": [{"at": 16, "bytes": "01"}]},
      {"alternate": 2, "elements": [{"at": 32, "bytes": "02"}]}], "suffix": {"idVendor": 7}}})");
  EXPECT_EQ(files["a"].images, (std::vector<Image>{{16, {1}}, {32, {2}}}));
  EXPECT_EQ(files["a"].bytes, encode_dfuse_file({{1, "x", {{16, {1}}}}, {2, "ST...", {{32, {2}}}}},
                                                {7, 0xDF11, 0xFFFF}));
}

TEST(Files, WithASuffixAreOfVersion0100) {
  const FilesOf files(R"({"a": {"content": {"bytes": "01"},
                                "suffix": {"idProduct": 1, "bcdDevice": 2}}})");
  EXPECT_EQ(files["a"].bytes, with_dfu_suffix({1}, {0x0483, 1, 2}, 0x0100));
  EXPECT_EQ(files["a"].images, (std::vector<Image>{{0, {1}}})) << "what a tool writes";
}

TEST(Files, OfHexAreText) {
  const FilesOf files(R"({"a": {"elements": [{"at": "0x08000000", "bytes": "00"}]}})");
  const std::string text(files["a"].bytes.begin(), files["a"].bytes.end());
  EXPECT_EQ(text, ":020000040800F2\n:0100000000FF\n:00000001FF\n");
}

TEST(Files, HaveTheSizeOfAllTheyBring) {
  const FilesOf files(R"({"a": {"elements": [{"at": 0, "bytes": "00 01"},
                                             {"at": 64, "bytes": "02"}]}})");
  const model::Json made = "a";
  EXPECT_EQ(files.files.size_of(model::Reader(made, "x.json")), 3U);
  const model::Json other = "firmware/blink_stm32l476.bin";
  EXPECT_EQ(files.files.size_of(model::Reader(other, "x.json")),
            std::filesystem::file_size(root + "/tests/firmware/blink_stm32l476.bin"));
  const model::Json none = "none.bin";
  EXPECT_THROW(files.files.size_of(model::Reader(none, "x.json")), InputError);
}

TEST(Files, SayWhatTheyAreInWords) {
  const std::pair<const char*, const char*> cases[] = {
      {R"({"bytes": "00 01"})", "2 bytes"},
      {R"({"fill": 255, "size": 7})", "7 bytes of 0xFF"},
      {R"({"pattern": "counter", "size": 7})", "7 bytes of counter"},
      {R"({"file": "firmware/blink_stm32l476.bin", "at": 0})", "blink_stm32l476.bin"}};
  const FilesOf files("{}");
  for (const auto& [json, expected] : cases) {
    const model::Json value = model::Json::parse(json);
    std::string what;
    files.files.read_content(model::Reader(value, "x.json"), what);
    EXPECT_EQ(what, expected);
  }
}

struct Mistake {
  std::string json;
  std::string said;
};

std::string with_targets(std::size_t count) {
  std::string targets;
  for (std::size_t i = 0; i < count; ++i) {
    targets += R"(,{"alternate": 0, "elements": [{"at": 0, "bytes": "00"}]})";
  }
  return R"({"a": {"targets": [)" + targets.substr(1) + "]}}";
}

std::string with_name(std::size_t size) {
  return R"({"a": {"targets": [{"alternate": 0, "name": ")" + std::string(size, 'x') +
         R"(", "elements": [{"at": 0, "bytes": "00"}]}]}})";
}

TEST(Files, TellAMistakeWithItsPlace) {
  const std::string two_pieces = R"("h": {"elements": [{"at": 0, "bytes": "00"},
                                                       {"at": 64, "bytes": "00"}]})";
  const std::string several =
      "h has 2 pieces, expected one\n"
      "  \"elements\" of a .hex or \"targets\" of a .dfu file take several";
  const std::string needs_path =
      "\n  paths are relative to the scenario file; \"files\" can make one";
  const std::string in_numbers = "\n  write 28 or \"0x1C\"";
  const Mistake mistakes[] = {
      {R"({"a/b": {"bytes": "00"}})", R"(/a~1b: "a/b" is no plain file name)"},
      {R"({".a": {"bytes": "00"}})", R"(/.a: ".a" is no plain file name)"},
      {R"({"a": {"bytes": "0"}})", R"(/a/bytes: expected bytes such as "AA 55 FF", found "0")"},
      {R"({"a": {"bytes": "00", "fill": 1}})", "/a: unknown key \"fill\"\n  known here: bytes, at"},
      {R"({"a": {"fill": 1}})", R"(/a: missing "size")"},
      {R"({"a": {"size": 1}})", R"(/a: missing "fill")"},
      {R"({"a": {"fill": 256, "size": 1}})",
       "/a/fill: expected a number from 0 to 255, found 256" + in_numbers},
      {R"({"a": {"fill": 1, "size": 16777217}})",
       "/a/size: expected a number from 0 to 16777216, found 16777217" + in_numbers},
      {R"({"a": {"pattern": "application", "size": 7}})",
       "/a/size: an application has at least 8 bytes"},
      {R"({"a": {"file": "none.bin"}})",
       "/a/file: there is no file " + root + "/tests/none.bin" + needs_path},
      {R"({"a": {"file": "b"}, "b": {"bytes": "00"}})",
       "/a/file: there is no file " + root + "/tests/b" + needs_path},
      {R"({"a": {"file": "firmware/blink_stm32l476.bin"}})", R"(/a: a .bin file needs "at")"},
      {"{" + two_pieces + R"(, "a": {"file": "h"}})", "/a: " + several},
      {"{" + two_pieces + R"(, "a": {"content": {"file": "h"}, "suffix": {}}})",
       "/a/content: " + several},
      {R"({"a": {"elements": []}})", "/a/elements: expected at least one element"},
      {R"({"a": {"elements": [{"bytes": "00"}]}})", R"(/a/elements/0: missing "at")"},
      {R"({"a": {"targets": []}})", "/a/targets: expected at least one target"},
      {R"({"a": {"targets": [{"elements": []}]}})", R"(/a/targets/0: missing "alternate")"},
      {R"({"a": {"targets": [{"alternate": 256, "elements": []}]}})",
       "/a/targets/0/alternate: expected a number from 0 to 255, found 256" + in_numbers},
      {with_targets(256), "/a/targets: expected up to 255 targets, found 256"},
      {with_name(255), "/a/targets/0/name: expected up to 254 bytes, found 255"},
      {R"({"a": {"content": {"bytes": "00"}, "suffix": {"bcdDevice": 65536}}})",
       "/a/suffix/bcdDevice: expected a number from 0 to 65535, found 65536" + in_numbers},
      {R"({"a": {"suffix": {}}})", R"(/a: missing "content")"},
  };
  for (const Mistake& it : mistakes) EXPECT_EQ(refusal_of(it.json), "x.json: " + it.said);
  EXPECT_EQ(refusal_of(with_targets(255)), "");
  EXPECT_EQ(refusal_of(with_name(254)), "");
}

TEST(Files, RefuseAFileThatBringsNothingWhereBytesAreNeeded) {
  const std::string path =
      (std::filesystem::temp_directory_path() / ("dfurig-" + std::to_string(getpid()) + ".hex"));
  std::ofstream(path) << ":00000001FF\n";
  EXPECT_EQ(refusal_of(R"({"a": {"file": ")" + path + R"("}})").substr(0, 70),
            ("x.json: /a: " + std::filesystem::path(path).filename().string() +
             " has 0 pieces, expected one\n  \"elements\" of a .hex")
                .substr(0, 70));
  std::filesystem::remove(path);
}

TEST(ResolvePath, IsRelativeToTheScenario) {
  EXPECT_EQ(resolve_path("a.bin", "x.json"), "a.bin");
  EXPECT_EQ(resolve_path("../a.bin", "s/t/x.json"), "s/a.bin");
  EXPECT_EQ(resolve_path("/a.bin", "s/x.json"), "/a.bin");
}

}  // namespace
}  // namespace dfurig::scenario
