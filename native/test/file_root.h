#pragma once

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

namespace xr::test {

/// A root of its own, with the files that a test puts there.
class FileRoot {
 public:
  FileRoot() {
    std::string name = (std::filesystem::temp_directory_path() / "xrbench-root-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp");
    path_ = name;
  }
  ~FileRoot() { std::filesystem::remove_all(path_); }
  FileRoot(const FileRoot&) = delete;
  FileRoot& operator=(const FileRoot&) = delete;

  FileRoot& file(const std::string& path, const std::string& text = "") {
    std::filesystem::create_directories((path_ / path).parent_path());
    std::ofstream(path_ / path) << text << '\n';
    return *this;
  }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace xr::test
