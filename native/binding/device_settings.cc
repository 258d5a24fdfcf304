#include "binding/device_settings.h"

#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <utility>
#include <vector>

#include "base/unique_fd.h"

namespace xr {
namespace {

/// More than any kernel has; the kernel says how many there are.
constexpr std::uint32_t kMostFeatures = 1024;

class Ethtool {
 public:
  explicit Ethtool(const std::string& device)
      : fd_(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    device.copy(request_.ifr_name, sizeof request_.ifr_name - 1);
  }

  /// `what` begins with its command, and has room for the answer.
  bool ask(void* what) noexcept {
    request_.ifr_data = static_cast<char*>(what);
    return fd_ && ::ioctl(fd_.get(), SIOCETHTOOL, &request_) == 0;
  }

 private:
  UniqueFd fd_;
  ifreq request_{};
};

template <std::size_t kBytes>
std::string text_of(const char (&field)[kBytes]) {
  return {field, ::strnlen(field, kBytes)};
}

/// A command whose answer is as long as it says itself: `Head`, then its parts.
template <class Head>
struct Answer {
  explicit Answer(std::uint32_t command, std::size_t part_bytes, std::uint32_t parts)
      : words((sizeof(Head) + part_bytes * parts + 7) / 8) {
    head()->cmd = command;
  }
  Head* head() noexcept { return reinterpret_cast<Head*>(words.data()); }
  std::vector<std::uint64_t> words;
};

std::uint32_t feature_count(Ethtool& ethtool) {
  Answer<ethtool_sset_info> answer(ETHTOOL_GSSET_INFO, sizeof(std::uint32_t), 1);
  answer.head()->sset_mask = std::uint64_t{1} << ETH_SS_FEATURES;
  if (!ethtool.ask(answer.head()) || answer.head()->sset_mask == 0) return 0;
  const std::uint32_t count = answer.head()->data[0];
  return count <= kMostFeatures ? count : 0;
}

/// The kernel's features by its own names.
std::map<std::string, bool> features_of(Ethtool& ethtool) {
  const std::uint32_t count = feature_count(ethtool);
  if (count == 0) return {};
  Answer<ethtool_gstrings> names(ETHTOOL_GSTRINGS, ETH_GSTRING_LEN, count);
  names.head()->string_set = ETH_SS_FEATURES;
  names.head()->len = count;
  const std::uint32_t blocks = (count + 31) / 32;
  Answer<ethtool_gfeatures> states(ETHTOOL_GFEATURES, sizeof(ethtool_get_features_block), blocks);
  states.head()->size = blocks;
  if (!ethtool.ask(names.head()) || !ethtool.ask(states.head())) return {};
  std::map<std::string, bool> features;
  for (std::uint32_t i = 0; i < count; ++i) {
    const auto* name = reinterpret_cast<const char*>(names.head()->data) + i * ETH_GSTRING_LEN;
    const std::size_t length = ::strnlen(name, ETH_GSTRING_LEN);
    if (length == 0) continue;
    const std::uint32_t active = states.head()->features[i / 32].active;
    features[std::string(name, length)] = (active >> (i % 32) & 1) != 0;
  }
  return features;
}

/// What ethtool calls the only feature of its kind.
constexpr std::array<std::pair<std::string_view, std::string_view>, 8> kOwnNames{{
    {"rx-checksum", "rx-checksumming"},
    {"tx-generic-segmentation", "generic-segmentation-offload"},
    {"rx-gro", "generic-receive-offload"},
    {"rx-lro", "large-receive-offload"},
    {"rx-vlan-hw-parse", "rx-vlan-offload"},
    {"tx-vlan-hw-insert", "tx-vlan-offload"},
    {"rx-ntuple-filter", "ntuple-filters"},
    {"rx-hashing", "receive-hashing"},
}};

/// What ethtool says of several at once: on where one of them is. Names of them begin and end so.
struct Group {
  std::string_view name;
  std::string_view begin;
  std::string_view end;
};
constexpr std::array<Group, 3> kGroups{{
    {"tx-checksumming", "tx-checksum-", ""},
    {"scatter-gather", "tx-scatter-gather", ""},
    {"tcp-segmentation-offload", "tx-tcp", "-segmentation"},
}};

std::map<std::string, bool> by_ethtools_names(const std::map<std::string, bool>& features) {
  std::map<std::string, bool> named;
  for (const auto& [kernels, is_on] : features) {
    std::string name = kernels;
    for (const auto& [own, ethtools] : kOwnNames) {
      if (kernels == own) name = ethtools;
    }
    named[name] = is_on;
    for (const Group& group : kGroups) {
      if (!kernels.starts_with(group.begin) || !kernels.ends_with(group.end)) continue;
      bool& of_all = named[std::string(group.name)];
      of_all = of_all || is_on;
    }
  }
  return named;
}

void read_coalescing(Ethtool& ethtool, DeviceSettings& settings) {
  ethtool_coalesce set{};
  set.cmd = ETHTOOL_GCOALESCE;
  if (!ethtool.ask(&set)) return;
  settings.coalescing = {
      {"stats-block-usecs", set.stats_block_coalesce_usecs},
      {"sample-interval", set.rate_sample_interval},
      {"pkt-rate-low", set.pkt_rate_low},
      {"pkt-rate-high", set.pkt_rate_high},
      {"rx-usecs", set.rx_coalesce_usecs},
      {"rx-frames", set.rx_max_coalesced_frames},
      {"rx-usecs-irq", set.rx_coalesce_usecs_irq},
      {"rx-frames-irq", set.rx_max_coalesced_frames_irq},
      {"tx-usecs", set.tx_coalesce_usecs},
      {"tx-frames", set.tx_max_coalesced_frames},
      {"tx-usecs-irq", set.tx_coalesce_usecs_irq},
      {"tx-frames-irq", set.tx_max_coalesced_frames_irq},
      {"rx-usecs-low", set.rx_coalesce_usecs_low},
      {"rx-frame-low", set.rx_max_coalesced_frames_low},
      {"tx-usecs-low", set.tx_coalesce_usecs_low},
      {"tx-frame-low", set.tx_max_coalesced_frames_low},
      {"rx-usecs-high", set.rx_coalesce_usecs_high},
      {"rx-frame-high", set.rx_max_coalesced_frames_high},
      {"tx-usecs-high", set.tx_coalesce_usecs_high},
      {"tx-frame-high", set.tx_max_coalesced_frames_high},
  };
  // What a driver does not know is 0 here, which only these four are in earnest.
  std::erase_if(settings.coalescing, [](const auto& member) {
    const auto& [name, value] = member;
    const bool is_basic = name.ends_with("x-usecs") || name.ends_with("x-frames");
    return value == 0 && !is_basic;
  });
  settings.adaptive_receive = set.use_adaptive_rx_coalesce != 0;
  settings.adaptive_transmit = set.use_adaptive_tx_coalesce != 0;
}

}  // namespace

DeviceSettings device_settings(const std::string& device) {
  DeviceSettings settings;
  Ethtool ethtool(device);
  ethtool_drvinfo driver{};
  driver.cmd = ETHTOOL_GDRVINFO;
  if (ethtool.ask(&driver)) {
    settings.driver_version = text_of(driver.version);
    settings.firmware = text_of(driver.fw_version);
  }
  settings.offloads = by_ethtools_names(features_of(ethtool));
  read_coalescing(ethtool, settings);
  return settings;
}

}  // namespace xr
