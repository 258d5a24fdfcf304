#include "measure/thread_setup.h"

#include <pthread.h>
#include <sched.h>

#include <charconv>
#include <optional>
#include <string_view>

#include "measure/thread_ledger.h"

namespace xr {
namespace {

/// The number in the name of a thread that measures a link.
std::optional<unsigned> link_in(std::string_view name) noexcept {
  constexpr std::string_view kPrefix = "xr-link-";
  if (!name.starts_with(kPrefix)) return {};
  name.remove_prefix(kPrefix.size());
  unsigned link = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), link);
  if (error != std::errc() || end != name.data() + name.size()) return {};
  return link;
}

}  // namespace

int set_up_thread(const char* name, int cpu) noexcept {
  pthread_setname_np(pthread_self(), name);
  if (const auto link = link_in(name)) open_account(*link);
  if (cpu < 0) return 0;
  cpu_set_t cpus;
  CPU_ZERO(&cpus);
  CPU_SET(static_cast<unsigned>(cpu), &cpus);
  return pthread_setaffinity_np(pthread_self(), sizeof cpus, &cpus);
}

}  // namespace xr
