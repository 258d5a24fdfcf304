#include "measure/thread_ledger.h"

#include <algorithm>
#include <exception>
#include <mutex>

namespace xr {
namespace {

/// Nobody takes the accounts of a run that could not be told: they must not heap up.
constexpr std::size_t kMostAccounts = 4096;

std::mutex ledger_mutex;
std::vector<ThreadAccount>& ledger() {
  static std::vector<ThreadAccount> accounts;
  return accounts;
}

class OpenAccount {
 public:
  ~OpenAccount() { close(); }

  void open(unsigned link) noexcept {
    is_open_ = true;
    link_ = link;
    begin_ = Scheduling::of_this_thread();
  }

  void close() noexcept {
    if (!is_open_) return;
    is_open_ = false;
    // The CPU's frequency first: it is that of the loop for a moment only.
    const auto khz = frequency_of_this_cpu_khz();
    const auto share = scheduling_between(begin_, Scheduling::of_this_thread());
    try {
      const std::lock_guard lock(ledger_mutex);
      if (ledger().size() < kMostAccounts) ledger().push_back({link_, share, khz});
    } catch (const std::exception&) {
      // Without the memory for it the account is not known.
    }
  }

 private:
  bool is_open_ = false;
  unsigned link_ = 0;
  std::optional<Scheduling> begin_;
};

thread_local OpenAccount account;

}  // namespace

void open_account(unsigned link) noexcept { account.open(link); }

void close_account() noexcept { account.close(); }

std::vector<ThreadAccount> take_accounts(std::size_t links) {
  std::vector<ThreadAccount> taken;
  {
    const std::lock_guard lock(ledger_mutex);
    taken.swap(ledger());
  }
  if (taken.size() != links) return {};
  std::sort(taken.begin(), taken.end(),
            [](const auto& left, const auto& right) { return left.link < right.link; });
  for (std::size_t i = 0; i < links; ++i)
    if (taken[i].link != i) return {};
  return taken;
}

}  // namespace xr
