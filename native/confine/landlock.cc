#include "confine/landlock.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cstdint>

#include "base/unique_fd.h"

namespace xr {
namespace {

// <linux/landlock.h>, which machines that build this may not have: the numbers are the same for all
// architectures.
constexpr long kCreateRuleset = 444;
constexpr long kAddRule = 445;
constexpr long kRestrictSelf = 446;
constexpr unsigned kAskVersion = 1;
constexpr int kRulePathBeneath = 1;

constexpr std::uint64_t kExecute = 1 << 0;
constexpr std::uint64_t kWriteFile = 1 << 1;
constexpr std::uint64_t kReadFile = 1 << 2;
constexpr std::uint64_t kReadDirectory = 1 << 3;
/// All of version 1: those above, removing and making of whatever a folder can hold.
constexpr std::uint64_t kFilesOfFirst = (1 << 13) - 1;
constexpr std::uint64_t kRefer = 1 << 13;
constexpr std::uint64_t kTruncate = 1 << 14;
/// What a rule for a file, and not for a folder, may have.
constexpr std::uint64_t kOfFile = kExecute | kWriteFile | kReadFile | kTruncate;
constexpr std::uint64_t kConnectTcp = 1 << 1;
constexpr std::uint64_t kScopeAbstractSockets = 1 << 0;
constexpr std::uint64_t kScopeSignals = 1 << 1;

struct RulesetAttributes {
  std::uint64_t files = 0;
  std::uint64_t network = 0;
  std::uint64_t scoped = 0;
};

struct [[gnu::packed]] PathBeneath {
  std::uint64_t allowed = 0;
  std::int32_t parent = -1;
};

/// Where the system keeps what libraries and drivers read.
constexpr std::array kSystem{
    "/usr",
    "/lib",
    "/lib64",
    "/proc",
    "/sys",
    "/dev/random",
    "/dev/urandom",
    "/etc/crypto-policies",
    "/etc/gnutls",
    "/etc/hosts",
    "/etc/ld.so.cache",
    "/etc/libibverbs.d",
    "/etc/nsswitch.conf",
    "/etc/rdma",
    "/etc/ssl",
};
constexpr std::array kWritable{"/dev/infiniband", "/dev/null"};

/// Each version knows more than the one before; a kernel refuses what it does not know.
RulesetAttributes attributes_of(int version) noexcept {
  RulesetAttributes all;
  all.files = kFilesOfFirst;
  if (version >= 2) all.files |= kRefer;
  if (version >= 3) all.files |= kTruncate;
  if (version >= 4) all.network = kConnectTcp;
  if (version >= 6) all.scoped = kScopeAbstractSockets | kScopeSignals;
  return all;
}

std::size_t bytes_of(int version) noexcept {
  return (version >= 6 ? 3 : version >= 4 ? 2 : 1) * sizeof(std::uint64_t);
}

/// What is not there cannot be used either.
void allow(int ruleset, const char* path, std::uint64_t access) noexcept {
  const UniqueFd fd(::open(path, O_PATH | O_CLOEXEC));
  struct stat facts {};
  if (!fd || ::fstat(fd.get(), &facts) != 0) return;
  const PathBeneath rule{S_ISDIR(facts.st_mode) ? access : access & kOfFile, fd.get()};
  ::syscall(kAddRule, ruleset, kRulePathBeneath, &rule, 0);
}

}  // namespace

int restrict_files(const std::vector<std::string>& readable) noexcept {
  const long version = ::syscall(kCreateRuleset, nullptr, 0, kAskVersion);
  if (version <= 0) return 0;
  const int known = static_cast<int>(version);
  const RulesetAttributes attributes = attributes_of(known);
  const UniqueFd ruleset(
      static_cast<int>(::syscall(kCreateRuleset, &attributes, bytes_of(known), 0)));
  if (!ruleset) return 0;
  constexpr std::uint64_t kRead = kReadFile | kReadDirectory;
  for (const char* path : kSystem) allow(ruleset.get(), path, kRead);
  for (const std::string& path : readable) allow(ruleset.get(), path.c_str(), kRead);
  for (const char* path : kWritable) allow(ruleset.get(), path, kRead | kWriteFile);
  return ::syscall(kRestrictSelf, ruleset.get(), 0) == 0 ? known : 0;
}

}  // namespace xr
