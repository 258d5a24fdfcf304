#include "measure/softirq.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cstdio>

#include "base/units.h"

namespace xr {

std::int64_t softirq_total_ns() noexcept {
  const int fd = ::open("/proc/stat", O_RDONLY | O_CLOEXEC);
  if (fd < 0) return -1;
  std::array<char, 512> text{};
  const ssize_t length = ::read(fd, text.data(), text.size() - 1);
  ::close(fd);
  if (length <= 0) return -1;
  // The first line: cpu user nice system idle iowait irq softirq …
  unsigned long long softirq = 0;
  if (std::sscanf(text.data(), "cpu %*u %*u %*u %*u %*u %*u %llu", &softirq) != 1) return -1;
  const long ticks_per_sec = sysconf(_SC_CLK_TCK);
  return static_cast<std::int64_t>(softirq *
                                   (kNsPerSec / static_cast<std::uint64_t>(ticks_per_sec)));
}

}  // namespace xr
