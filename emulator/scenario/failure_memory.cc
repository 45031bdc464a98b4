#include "scenario/failure_memory.h"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "model/reader.h"
#include "scenario/expand.h"
#include "support/input_error.h"

namespace dfurig::scenario {
namespace {

namespace fs = std::filesystem;

const std::string without_it = "run without --rerun-failed";

/// XDG Base Directory Specification: what is no absolute path is to be ignored.
std::string absolute_from_environment(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr && *value == '/' ? value : "";
}

std::set<std::string> load(const std::string& path) {
  std::set<std::string> failed;
  std::error_code ignored;
  if (!fs::exists(path, ignored)) return failed;
  const model::Json json = model::parse_json_file(path);
  const model::Reader reader(json, path);
  reader.allow_only({"failed"});
  for (const model::Reader& it : reader.at("failed").items()) failed.insert(it.text());
  return failed;
}

/// Whole or not at all: two runs may end at once.
bool replace(const std::string& path, const std::string& text) {
  const std::string fresh = path + "." + std::to_string(getpid());
  std::ofstream stream(fresh);
  stream << text;
  stream.close();
  std::error_code error;
  if (stream) fs::rename(fresh, path, error);
  if (stream && !error) return true;
  fs::remove(fresh, error);
  return false;
}

}  // namespace

FailureMemory FailureMemory::of_user() {
  std::string folder = absolute_from_environment("XDG_CACHE_HOME");
  const std::string home = absolute_from_environment("HOME");
  if (folder.empty() && !home.empty()) folder = home + "/.cache";
  return FailureMemory(folder.empty() ? "" : folder + "/dfurig/last-run.json");
}

std::string FailureMemory::name_of(const std::string& file) {
  const RowName name = split_row_name(file);
  return join_row_name({fs::weakly_canonical(fs::absolute(name.path)).string(), name.row});
}

std::set<std::string> FailureMemory::recall() const {
  if (path_.empty()) {
    throw InputError("--rerun-failed",
                     "nobody remembers what failed: neither HOME nor XDG_CACHE_HOME is set",
                     without_it);
  }
  const fs::path folder = fs::path(path_).parent_path();
  std::error_code error;
  fs::create_directories(folder, error);
  if (error || access(folder.c_str(), W_OK) != 0) {
    throw InputError(folder.string(),
                     "cannot be written, so nobody remembers what failed in the last run",
                     without_it + ", or name another folder with XDG_CACHE_HOME");
  }
  return load(path_);
}

bool FailureMemory::update(const std::map<std::string, bool>& has_passed) const {
  if (path_.empty()) return false;
  std::error_code ignored;
  std::set<std::string> before;
  try {
    before = load(path_);
  } catch (const InputError&) {
    // What is no record is no loss: it becomes one.
  }
  std::set<std::string> failed;
  for (const std::string& it : before) {
    if (fs::exists(split_row_name(it).path, ignored)) failed.insert(it);
  }
  for (const auto& [file, passed] : has_passed) {
    if (passed) failed.erase(name_of(file));
    if (!passed) failed.insert(name_of(file));
  }
  if (failed == before) return true;
  fs::create_directories(fs::path(path_).parent_path(), ignored);
  model::Json json;
  json["failed"] = failed;
  const auto replaced = model::Json::error_handler_t::replace;
  return replace(path_, json.dump(2, ' ', false, replaced) + "\n");
}

}  // namespace dfurig::scenario
