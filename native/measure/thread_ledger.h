#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "measure/scheduling.h"

namespace xr {

/// What became known of a measuring thread beside its marks: read before its loop and after it, for
/// a reading of /proc costs more than a message.
struct ThreadAccount {
  /// Of the run, as in its name.
  unsigned link = 0;
  std::optional<SchedulingShare> scheduling;
  /// Of its CPU, when it had ended.
  std::optional<std::uint64_t> cpu_khz;
};

/// Opens the account of the calling thread, which measures this link.
void open_account(unsigned link) noexcept;
/// Closes it, and enters it into the ledger; the end of the thread does so too. Harmless without an
/// open one.
void close_account() noexcept;

/// Empties the ledger. The accounts of a run of `links` links, in their order; none where the
/// ledger has others, or too few: runs at the same time are not told apart.
std::vector<ThreadAccount> take_accounts(std::size_t links);

}  // namespace xr
