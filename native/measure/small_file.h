#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <cstddef>

namespace xr {

/// Reads a file of /proc or /sys into `text`, cut to `size` and ended by a zero. How much there
/// was; 0 when it cannot be read.
inline std::size_t read_small_file(const char* path, char* text, std::size_t size) noexcept {
  const int fd = ::open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return 0;
  std::size_t length = 0;
  // A file of one line for each CPU comes in pages.
  while (length + 1 < size) {
    const ssize_t got = ::read(fd, text + length, size - 1 - length);
    if (got <= 0) break;
    length += static_cast<std::size_t>(got);
  }
  ::close(fd);
  text[length] = '\0';
  return length;
}

}  // namespace xr
