#pragma once

#include <filesystem>
#include <fstream>
#include <string>

namespace xr {

/// Of a small file, as those of sysfs; empty where it cannot be read.
inline std::string first_line(const std::filesystem::path& file) {
  std::ifstream in(file);
  std::string line;
  std::getline(in, line);
  return line;
}

}  // namespace xr
