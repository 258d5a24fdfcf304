#include "transport/rdma/rdma_endpoint.h"

#include <sys/random.h>

#include <algorithm>
#include <cstring>

#include "base/error.h"
#include "transport/message/header_bytes.h"
#include "transport/rdma/connect/cm_address.h"
#include "transport/rdma/connect/cm_connector.h"
#include "transport/rdma/connect/lane.h"
#include "transport/rdma/connect/peer_gid.h"
#include "transport/rdma/connect/port_choice.h"
#include "transport/rdma/device/async_watcher.h"
#include "transport/rdma/device/gid_kind.h"
#include "transport/rdma/device/numa_node.h"
#include "transport/rdma/links/link_for.h"
#include "transport/running.h"

namespace xr {
namespace {

// As many reads of the peer as are common; some devices say more than their firmware likes.
constexpr int kMostIncomingReads = 128;

std::uint32_t random_queue_key() {
  std::uint32_t key = 0;
  if (::getrandom(&key, sizeof key, 0) != sizeof key) throw_errno("SOCKET", "getrandom");
  // The highest bit belongs to privileged keys (InfiniBand Architecture 1.x, section 10.2.5).
  return key & 0x7fff'ffff;
}

class RdmaEndpoint final : public Running<Endpoint> {
 public:
  explicit RdmaEndpoint(const EndpointSpec& spec) : Running<Endpoint>(spec) {}
  ~RdmaEndpoint() override { close(); }

  Blob open() override {
    port_ = choose_port(spec_);
    if (port_.device.iwarp) {
      check_iwarp(spec_, port_.device.name);
      // Its queue pairs are joined by TCP connections, which only rdma_cm makes.
      spec_.of<RdmaOptions>().connect_by = ConnectBy::kRdmaCm;
    }
    check_size(mtu_bytes(port_.attributes.active_mtu));
    domain_.reset(verbs().alloc_pd(port_.device.context.get()));
    if (!domain_) throw_errno("RDMA_SETUP", "ibv_alloc_pd");
    local_.queue_pair = spec_.of<RdmaOptions>().queue_pair;
    local_.operation = spec_.of<RdmaOptions>().operation;
    local_.ethernet = port_.is_ethernet();
    local_.mtu = static_cast<std::uint8_t>(port_.attributes.active_mtu);
    local_.incoming_reads = static_cast<std::uint8_t>(
        std::clamp(port_.device.attributes.max_qp_rd_atom, 1, kMostIncomingReads));
    local_.lid = port_.attributes.lid;
    local_.queue_key = random_queue_key();
    local_.node_guid = port_.device.attributes.node_guid;
    std::memcpy(local_.gid.data(), port_.gid.gid.raw, local_.gid.size());
    numa_node_ = numa_node_of_device(port_.device.name, netdev_text(port_.gid.ndev_ifindex));
    for (unsigned i = 0; i < spec_.link_count(); ++i) {
      lanes_.push_back(std::make_unique<Lane>(port_, domain_.get(), spec_, spec_.role_of(i),
                                              local_.queue_key, memory_node(i)));
      local_.lanes.push_back(lanes_.back()->address());
    }
    if (spec_.of<RdmaOptions>().connect_by == ConnectBy::kRdmaCm) {
      connector_ = make_cm_connector(spec_, port_, waker_);
      connector_->open(local_);
    }
    return encode_rdma_blob(local_);
  }

  void connect(const Blob& peer) override {
    if (waker_.flag().is_set()) throw_fault("STOPPED", "connect", "stopped while connecting");
    peer_ = decode_rdma_blob(peer, spec_.link_count());
    check_peer();
    mtu_ = static_cast<ibv_mtu>(std::min(local_.mtu, peer_.mtu));
    check_size(mtu_bytes(mtu_));
    if (connector_) {
      use_gid(connector_->connect(lanes_, local_, peer_, mtu_));
    } else {
      for (std::size_t i = 0; i < lanes_.size(); ++i)
        lanes_[i]->connect(port_, domain_.get(), local_, peer_, peer_.lanes[i], mtu_);
    }
    data_in_order_ = ask_data_in_order();
    connected_ = true;
  }

  RunOutcome run(RunBoard& board, const std::function<void()>& on_measured) override {
    AsyncWatcher watcher(port_.device.context.get(), [this] { stop(); });
    RunOutcome outcome = run_all(board, on_measured, [&](auto wait, unsigned i, const auto& visit) {
      with_link<wait()>(*lanes_[i], spec_, i, waker_, visit);
    });
    if (auto fault = watcher.finish(); fault && !outcome.fault) {
      outcome.status = RunStatus::kFailed;
      outcome.fault = std::move(fault);
    }
    outcome.effective = effective();
    return outcome;
  }

  EffectiveSettings effective() const override;

  void close() noexcept override {
    connected_ = false;
    connector_.reset();
    lanes_.clear();
    domain_.reset();
    port_.device.context.reset();
  }

 private:
  void check_size(int mtu) const {
    if (spec_.uses_messages()) return check_parts(mtu);
    if (spec_.of<RdmaOptions>().queue_pair == QueuePairType::kUd) {
      if (spec_.message_bytes > static_cast<std::uint64_t>(mtu)) {
        throw_fault("BAD_SPEC", "spec",
                    "a UD message is one packet, of at most " + std::to_string(mtu) +
                        " bytes on this path (its MTU), and messageSizeBytes is " +
                        std::to_string(spec_.message_bytes));
      }
      return;
    }
    if (spec_.message_bytes > port_.attributes.max_msg_sz) {
      throw_fault("UNSUPPORTED", "messageSizeBytes",
                  "the device's messages have at most " +
                      std::to_string(port_.attributes.max_msg_sz) + " bytes");
    }
  }

  /// A message of a message link may be many of the queue pair's.
  void check_parts(int mtu) const {
    if (spec_.of<RdmaOptions>().queue_pair != QueuePairType::kUd) return;
    const std::uint64_t most = most_payload_bytes(static_cast<std::size_t>(mtu));
    if (spec_.longest_message_bytes() <= most) return;
    throw_fault("BAD_SPEC", "spec",
                "a message of 65,535 UD packets has at most " + std::to_string(most) +
                    " bytes on this path (its MTU is " + std::to_string(mtu) + ")");
  }

  /// Near the device; with a device of software, which is the kernel's work on any CPU, near the
  /// thread that will use it. This one is JavaScript's.
  std::optional<int> memory_node(unsigned link) const {
    if (numa_node_ || spec_.cpus.empty()) return numa_node_;
    return numa_node_of_cpu(spec_.cpus[link % spec_.cpus.size()]);
  }

  std::optional<int> memory_node_of_all() const {
    const std::optional<int> node = lanes_.front()->pages().numa_node();
    for (const auto& lane : lanes_) {
      if (lane->pages().numa_node() != node) return std::nullopt;
    }
    return node;
  }

  /// Whoever polls memory takes a message's last byte, or a mark behind it, for the whole of it.
  std::optional<bool> ask_data_in_order() const {
    if (spec_.of<RdmaOptions>().operation != RdmaOperation::kWrite) return std::nullopt;
    if (verbs().query_qp_data_in_order == nullptr) return std::nullopt;
    return verbs().query_qp_data_in_order(lanes_.front()->queue_pair(), IBV_WR_RDMA_WRITE, 0) == 1;
  }

  void check_peer() const {
    if (peer_.queue_pair != local_.queue_pair || peer_.operation != local_.operation)
      throw_fault("BAD_BLOB", "blob", "the peer has queue pairs or an operation of another kind");
    if (peer_.ethernet != local_.ethernet)
      throw_fault("BAD_BLOB", "blob", "one end is on Ethernet and the other on InfiniBand");
    if (local_.ethernet) check_gid_kinds();
    check_peer_host(spec_, port_, peer_);
    if (peer_.connect_by != local_.connect_by) {
      throw_fault("BAD_BLOB", "blob",
                  std::string("this end connects by ") + name_of(local_.connect_by) +
                      " and the peer by " + name_of(peer_.connect_by) +
                      "; iWARP devices know rdma-cm alone");
    }
    if (connector_ && spec_.side == Side::kClient && peer_.cm_port == 0)
      throw_fault("BAD_BLOB", "blob", "the peer does not say where it listens");
    for (std::size_t i = 0; i < lanes_.size(); ++i) {
      // At least one message; where one end sends, the other must have receives.
      if (peer_.lanes[i].window_bytes < kControlBytes + lanes_[i]->shape().stride)
        throw_fault("BAD_BLOB", "blob", "the peer's memory is smaller than a message");
      const LaneShape& shape = lanes_[i]->shape();
      if (spec_.uses_messages()) {
        const std::uint64_t depth = peer_.lanes[i].rx_depth;
        if (depth < kLeastMessageReceives ||
            peer_.lanes[i].window_bytes < kControlBytes + depth * shape.stride)
          throw_fault("BAD_BLOB", "blob", "the peer's receives do not fit its memory");
      }
      if (spec_.role_of(static_cast<unsigned>(i)) == Role::kSender && shape.credits &&
          peer_.lanes[i].rx_depth < 2 * shape.post_list) {
        throw_fault("BAD_BLOB", "blob", "the peer has fewer receives than a list of messages");
      }
    }
  }

  /// The packets of RoCE v2 are those of one version of IP: between two GIDs of different versions
  /// none arrives, and nothing but a timeout would tell.
  void check_gid_kinds() const {
    ibv_gid remote{};
    std::memcpy(remote.raw, peer_.gid.data(), peer_.gid.size());
    if (is_mapped_ipv4(port_.gid.gid) == is_mapped_ipv4(remote)) return;
    throw_fault("RDMA_GID_MISMATCH", "gid",
                "the GID " + std::to_string(port_.gid_index) + ", " + gid_text(port_.gid.gid) +
                    ", is " + kind_of(port_.gid.gid) + " and that of the other end, " +
                    gid_text(remote) + ", " + kind_of(remote) +
                    ": packets cross only between GIDs of one version of IP");
  }

  /// The kernel chose it by the addresses.
  void use_gid(int index) {
    if (index < 0 || index == port_.gid_index) return;
    if (spec_.of<RdmaOptions>().gid_index) {
      throw_fault("UNSUPPORTED", "gidIndex",
                  "rdma-cm chooses the GID by address, here index " + std::to_string(index) +
                      " and not " + std::to_string(*spec_.of<RdmaOptions>().gid_index) +
                      "; with connectBy exchange it can be named");
    }
    port_.gid_index = index;
    for (const ibv_gid_entry& entry : gids_of(port_.device, port_.port)) {
      if (static_cast<int>(entry.gid_index) == index) port_.gid = entry;
    }
  }

  ChosenPort port_;
  ProtectionDomain domain_;
  RdmaBlob local_;
  RdmaBlob peer_;
  ibv_mtu mtu_ = IBV_MTU_256;
  std::vector<std::unique_ptr<Lane>> lanes_;
  std::unique_ptr<CmConnector> connector_;
  std::optional<int> numa_node_;
  std::optional<bool> data_in_order_;
  bool connected_ = false;
};

EffectiveSettings RdmaEndpoint::effective() const {
  if (!connected_) throw_fault("STATE", "effective", "not connected");
  const Lane& lane = *lanes_.front();
  const LaneShape& shape = lane.shape();
  ibv_gid remote{};
  std::memcpy(remote.raw, peer_.gid.data(), peer_.gid.size());
  RdmaSettings rdma;
  rdma.device = port_.device.name;
  rdma.port = port_.port;
  rdma.driver = port_.device.driver;
  rdma.firmware = port_.device.firmware();
  rdma.software = port_.device.software;
  rdma.same_device = local_.node_guid == peer_.node_guid && local_.gid == peer_.gid;
  rdma.link_layer = local_.ethernet ? "Ethernet" : "InfiniBand";
  rdma.gid_index = port_.gid_index;
  rdma.gid = gid_text(port_.gid.gid);
  rdma.gid_type = gid_type_text(port_.gid.gid_type);
  rdma.netdev = netdev_text(port_.gid.ndev_ifindex);
  rdma.remote_gid = gid_text(remote);
  rdma.remote_lid = peer_.lid;
  rdma.mtu_bytes = mtu_bytes(mtu_);
  rdma.local_mtu_bytes = mtu_bytes(static_cast<ibv_mtu>(local_.mtu));
  rdma.remote_mtu_bytes = mtu_bytes(static_cast<ibv_mtu>(peer_.mtu));
  rdma.queue_pair = name_of(spec_.of<RdmaOptions>().queue_pair);
  rdma.operation = name_of(spec_.of<RdmaOptions>().operation);
  rdma.connect_by = name_of(local_.connect_by);
  rdma.tx_depth = static_cast<int>(shape.tx_depth);
  rdma.rx_depth = static_cast<int>(shape.rx_depth);
  rdma.signal_every = static_cast<int>(shape.signal_every);
  rdma.post_list = static_cast<int>(shape.post_list);
  rdma.inline_bytes = static_cast<int>(lane.inline_bytes());
  rdma.verify = spec_.of<RdmaOptions>().verify;
  rdma.device_numa_node = numa_node_;
  rdma.memory_numa_node = memory_node_of_all();
  rdma.data_in_order = data_in_order_;
  EffectiveSettings settings;
  settings.local_address = rdma.gid;
  settings.remote_address = rdma.remote_gid;
  // An iWARP device's GID holds no address of the network.
  if (port_.device.iwarp) {
    settings.local_address = spec_.local_address;
    settings.remote_address = socket_address(peer_.cm_address, 0, 0).text();
  }
  settings.header_bytes = header_bytes_of(spec_, lane.datagram_bytes());
  settings.rdma = std::move(rdma);
  return settings;
}

}  // namespace

std::unique_ptr<Endpoint> make_rdma_endpoint(const EndpointSpec& spec) {
  verbs();
  return std::make_unique<RdmaEndpoint>(spec);
}

}  // namespace xr
