#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace xr {

enum class QueuePairType : std::uint8_t { kRc = 1, kUc = 2, kUd = 3 };
enum class RdmaOperation : std::uint8_t {
  kSend = 1,
  kWrite = 2,
  kWriteImm = 3,
  kRead = 4,
  kFetchAdd = 5,
  kCompareSwap = 6,
};

/// How the two ends of a queue pair get to know each other: by what the session carries, or by the
/// connection manager of the kernel (rdma_cm(7)).
enum class ConnectBy : std::uint8_t { kExchange = 0, kRdmaCm = 1 };

/// As requested; what is empty is chosen by the transport and told in `RdmaSettings`. Documented at
/// `RdmaOptions` in src/addon/addon.ts.
struct RdmaOptions {
  QueuePairType queue_pair = QueuePairType::kRc;
  RdmaOperation operation = RdmaOperation::kSend;
  std::optional<std::string> device;
  std::optional<int> port;
  std::optional<int> gid_index;
  std::optional<int> tx_depth;
  std::optional<int> rx_depth;
  std::optional<int> signal_every;
  std::optional<int> post_list;
  std::optional<int> inline_bytes;
  ConnectBy connect_by = ConnectBy::kExchange;
  bool verify = false;
};

/// As granted and negotiated; mirrors `RdmaSettings` in src/addon/addon.ts.
struct RdmaSettings {
  std::string device;
  int port = 0;
  std::string driver;
  std::string firmware;
  bool software = false;
  /// Both ends on the same device: nothing leaves it.
  bool same_device = false;
  std::string link_layer;
  int gid_index = -1;
  std::string gid;
  std::string gid_type;
  std::string netdev;
  std::string remote_gid;
  int remote_lid = 0;
  int mtu_bytes = 0;
  int local_mtu_bytes = 0;
  int remote_mtu_bytes = 0;
  std::string queue_pair;
  std::string operation;
  std::string connect_by;
  int tx_depth = 0;
  int rx_depth = 0;
  int signal_every = 0;
  int post_list = 0;
  int inline_bytes = 0;
  bool verify = false;
  /// Empty where the device hangs on none, and where the memory lies on several or on none known.
  std::optional<int> device_numa_node;
  std::optional<int> memory_numa_node;
  /// Asked where memory is polled: what lies before a byte of a message is placed before it.
  std::optional<bool> data_in_order;
};

const char* name_of(QueuePairType type) noexcept;
const char* name_of(RdmaOperation operation) noexcept;
const char* name_of(ConnectBy connect_by) noexcept;

/// Operations that carry out their work in the far end's memory without its processor.
constexpr bool is_one_sided(RdmaOperation operation) noexcept {
  return operation == RdmaOperation::kRead || operation == RdmaOperation::kFetchAdd ||
         operation == RdmaOperation::kCompareSwap;
}
constexpr bool is_atomic(RdmaOperation operation) noexcept {
  return operation == RdmaOperation::kFetchAdd || operation == RdmaOperation::kCompareSwap;
}

struct EndpointSpec;

/// Refuses what an iWARP device does not have, by name. Throws UNSUPPORTED.
void check_iwarp(const EndpointSpec& spec, const std::string& device);

/// Refuses combinations that the standard or the meaning of a workload does not allow, by name.
/// Throws BAD_SPEC.
void check_rdma_spec(const EndpointSpec& spec);

}  // namespace xr
