#include "transport/rdma/connect/port_choice.h"

#include <netinet/in.h>

#include <algorithm>
#include <cstring>
#include <optional>

#include "transport/rdma/connect/cm_connector.h"
#include "transport/rdma/device/gid_kind.h"
#include "transport/rdma/device/port_state.h"
#include "transport/socket/address.h"

namespace xr {
namespace {

ibv_gid as_gid(const SocketAddress& address) {
  ibv_gid gid{};
  if (address.family() == AF_INET6) {
    std::memcpy(gid.raw, &reinterpret_cast<const sockaddr_in6*>(&address.storage)->sin6_addr, 16);
    return gid;
  }
  gid.raw[10] = 0xff;
  gid.raw[11] = 0xff;
  std::memcpy(gid.raw + 12, &reinterpret_cast<const sockaddr_in*>(&address.storage)->sin_addr, 4);
  return gid;
}

bool same(const ibv_gid& a, const ibv_gid& b) { return std::memcmp(a.raw, b.raw, 16) == 0; }

/// The GID for traffic that does not leave this machine: one with an address before a link-local
/// one, whose neighbour is often not found.
int rank_for_loopback(const ibv_gid_entry& entry) {
  if (entry.gid_type != IBV_GID_TYPE_ROCE_V2) return 0;
  if (is_mapped_ipv4(entry.gid)) return 3;
  return is_link_local(entry.gid) ? 1 : 2;
}

class Search {
 public:
  explicit Search(const EndpointSpec& spec)
      : spec_(spec),
        address_(parse_address(spec.local_address, 0)),
        wanted_(as_gid(address_)),
        loopback_(is_loopback(address_)) {}

  std::optional<ChosenPort> in(RdmaDevice& device) {
    for (int port = 1; port <= device.attributes.phys_port_cnt; ++port) {
      if (spec_.of<RdmaOptions>().port && *spec_.of<RdmaOptions>().port != port) continue;
      ibv_port_attr attributes{};
      if (verbs().port_of(device.context.get(), static_cast<std::uint8_t>(port), attributes) != 0)
        continue;
      if (attributes.state != IBV_PORT_ACTIVE) {
        note(down_, device.name + " port " + std::to_string(port) + " is " +
                        state_with_reason(device, port, attributes));
        continue;
      }
      const auto entries = gids_of(device, port);
      const ibv_gid_entry* entry = pick(entries, attributes);
      if (entry == nullptr && attributes.link_layer == IBV_LINK_LAYER_ETHERNET &&
          !is_iwarp_here(device)) {
        note_table(device, port, entries);
        continue;
      }
      ChosenPort chosen;
      chosen.port = port;
      chosen.attributes = attributes;
      if (entry != nullptr) {
        chosen.gid_index = static_cast<int>(entry->gid_index);
        chosen.gid = *entry;
      }
      chosen.device = std::move(device);
      return chosen;
    }
    return std::nullopt;
  }

  [[noreturn]] void give_up() const {
    if (!tables_.empty()) {
      const std::optional<int>& index = spec_.of<RdmaOptions>().gid_index;
      const std::string wanted = index ? "GID index " + std::to_string(*index)
                                       : "RoCE v2 GID for source address " + spec_.local_address;
      throw_fault(
          "RDMA_NO_GID", "gid",
          "no " + wanted + (netdev_.empty() ? "" : " on " + netdev_) + "; there is " + tables_);
    }
    if (!down_.empty()) throw_fault("RDMA_PORT_DOWN", "ibv_query_port", down_);
    throw_fault("RDMA_NO_DEVICE", "port", "no RDMA device here has the port that was asked for");
  }

 private:
  /// Its GIDs hold no address: rdma_cm knows which device has one.
  bool is_iwarp_here(const RdmaDevice& device) const {
    if (!device.iwarp || spec_.of<RdmaOptions>().gid_index) return false;
    return loopback_ || spec_.of<RdmaOptions>().device ||
           cm_device_at(spec_.local_address) == device.name;
  }

  const ibv_gid_entry* pick(const std::vector<ibv_gid_entry>& entries,
                            const ibv_port_attr& attributes) const {
    if (spec_.of<RdmaOptions>().gid_index) {
      const auto index = static_cast<std::uint32_t>(*spec_.of<RdmaOptions>().gid_index);
      const auto found = std::find_if(entries.begin(), entries.end(),
                                      [&](const auto& e) { return e.gid_index == index; });
      return found == entries.end() ? nullptr : &*found;
    }
    if (attributes.link_layer != IBV_LINK_LAYER_ETHERNET)
      return entries.empty() ? nullptr : &entries.front();
    const ibv_gid_entry* best = nullptr;
    int best_rank = 0;
    for (const ibv_gid_entry& entry : entries) {
      if (entry.gid_type == IBV_GID_TYPE_ROCE_V2 && same(entry.gid, wanted_) && is_here(entry))
        return &entry;
      // A device that was named is used with any address it has; without its name only where both
      // ends are on this machine.
      if (!loopback_ && !spec_.of<RdmaOptions>().device) continue;
      const int rank = rank_for_loopback(entry);
      if (rank > best_rank) {
        best = &entry;
        best_rank = rank;
      }
    }
    return best;
  }

  /// A link-local address is one of an interface, and may be on several.
  bool is_here(const ibv_gid_entry& entry) const {
    if (address_.family() != AF_INET6) return true;
    const std::uint32_t zone =
        reinterpret_cast<const sockaddr_in6*>(&address_.storage)->sin6_scope_id;
    return zone == 0 || zone == entry.ndev_ifindex;
  }

  static void note(std::string& list, const std::string& what) {
    list += (list.empty() ? "" : "; ") + what;
  }

  void note_table(const RdmaDevice& device, int port, const std::vector<ibv_gid_entry>& entries) {
    std::string table = device.name + " port " + std::to_string(port) + ":";
    for (const ibv_gid_entry& entry : entries) {
      if (table.size() > 400) break;
      table += " [" + std::to_string(entry.gid_index) + "] " + gid_text(entry.gid) + " " +
               gid_type_text(entry.gid_type) + " " + netdev_text(entry.ndev_ifindex);
    }
    note(tables_, entries.empty() ? table + " none" : table);
    if (netdev_.empty()) netdev_ = netdev_of(device, port);
  }

  const EndpointSpec& spec_;
  SocketAddress address_;
  ibv_gid wanted_;
  bool loopback_;
  std::string down_;
  std::string tables_;
  /// Of the first port whose table was searched.
  std::string netdev_;
};

}  // namespace

ChosenPort choose_port(const EndpointSpec& spec) {
  Search search(spec);
  if (spec.of<RdmaOptions>().device) {
    RdmaDevice device = open_rdma_device(*spec.of<RdmaOptions>().device);
    if (auto chosen = search.in(device)) return std::move(*chosen);
    search.give_up();
  }
  std::vector<RdmaDevice> devices = open_rdma_devices();
  for (RdmaDevice& device : devices) {
    if (auto chosen = search.in(device)) return std::move(*chosen);
  }
  search.give_up();
}

}  // namespace xr
