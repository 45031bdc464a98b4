#include "support/temporary_folder.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "support/input_error.h"

namespace dfurig {
namespace {

namespace fs = std::filesystem;

class TemporaryFolders : public testing::Test {
 protected:
  TemporaryFolders() {
    std::string pattern = fs::temp_directory_path() / "temporary-folders-XXXXXX";
    parent_ = mkdtemp(pattern.data());
  }
  ~TemporaryFolders() override { fs::remove_all(parent_); }

  /// Of a process that makes one and ends without a word.
  std::string left_by_a_killed_process() const {
    const pid_t child = fork();
    if (child == 0) {
      const TemporaryFolder folder(parent_);
      std::ofstream(folder.path() + "/file") << "x";
      fs::create_directory(folder.path() + "/folder");
      _exit(0);
    }
    waitpid(child, nullptr, 0);
    return fs::directory_iterator(parent_)->path();
  }

  std::string parent_;
};

TEST_F(TemporaryFolders, AreGoneWithAllThatIsInThem) {
  std::string path;
  {
    const TemporaryFolder folder(parent_);
    path = folder.path();
    EXPECT_EQ(fs::path(path).parent_path(), fs::canonical(parent_));
    std::ofstream(path + "/file") << "x";
    EXPECT_TRUE(fs::exists(path + "/file"));
  }
  EXPECT_FALSE(fs::exists(path));
}

TEST_F(TemporaryFolders, RemoveWhatAKilledProcessHasLeft) {
  const std::string left = left_by_a_killed_process();
  ASSERT_TRUE(fs::exists(left + "/file"));
  const TemporaryFolder next(parent_);
  EXPECT_FALSE(fs::exists(left));
  EXPECT_TRUE(fs::exists(next.path()));
}

TEST_F(TemporaryFolders, LeaveThoseWhoseOwnersLive) {
  const TemporaryFolder first(parent_);
  const TemporaryFolder second(parent_);
  const pid_t child = fork();
  if (child == 0) {
    const TemporaryFolder third(parent_);
    _exit(0);
  }
  waitpid(child, nullptr, 0);
  EXPECT_TRUE(fs::exists(first.path()));
  EXPECT_TRUE(fs::exists(second.path()));
}

TEST_F(TemporaryFolders, LeaveWhatIsNotOurs) {
  const std::string left = left_by_a_killed_process();
  const std::string name = fs::path(left).filename();
  fs::rename(left, parent_ + "/kept");
  fs::create_directory(parent_ + "/" + name + "x");
  std::ofstream(parent_ + "/" + name.substr(0, name.size() - 6) + "a-file") << "x";
  fs::create_directory_symlink(parent_ + "/kept", parent_ + "/" + name);
  const TemporaryFolder next(parent_);
  EXPECT_TRUE(fs::exists(parent_ + "/kept/file"));
  EXPECT_EQ(std::distance(fs::directory_iterator(parent_), fs::directory_iterator()), 5);
}

TEST_F(TemporaryFolders, SayWhyTheyCannotBeMade) {
  EXPECT_THROW(TemporaryFolder(parent_ + "/nowhere"), InputError);
}

}  // namespace
}  // namespace dfurig
