#include "transport/rdma/device/device.h"

#include <arpa/inet.h>
#include <net/if.h>

#include <array>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>

#include "transport/rdma/device/why_no_device.h"

namespace xr {
namespace {

namespace fs = std::filesystem;

struct DeviceListFreer {
  void operator()(ibv_device** list) const noexcept { verbs().free_device_list(list); }
};
using DeviceList = std::unique_ptr<ibv_device*, DeviceListFreer>;

DeviceList device_list(int& count) {
  errno = 0;
  DeviceList list(verbs().get_device_list(&count));
  if (!list || count == 0) throw_why_no_device(errno);
  return list;
}

RdmaDevice open(ibv_device* device) {
  RdmaDevice opened;
  opened.context.reset(verbs().open_device(device));
  if (!opened.context) return opened;
  opened.name = verbs().get_device_name(device);
  if (verbs().query_device(opened.context.get(), &opened.attributes) != 0)
    throw_errno("RDMA_SETUP", "ibv_query_device");
  opened.iwarp = device->transport_type == IBV_TRANSPORT_IWARP;
  std::error_code ignored;
  const fs::path folder = fs::path("/sys/class/infiniband") / opened.name;
  const fs::path place = fs::canonical(folder, ignored);
  opened.software = place.string().find("/devices/virtual/") != std::string::npos;
  const fs::path driver = fs::read_symlink(folder / "device" / "driver", ignored);
  if (!driver.empty()) {
    opened.driver = driver.filename();
  } else if (opened.software) {
    // Devices of software hang on no bus; the kernel has these two.
    opened.driver = device->transport_type == IBV_TRANSPORT_IWARP ? "siw" : "rdma_rxe";
  }
  return opened;
}

}  // namespace

std::string RdmaDevice::firmware() const { return attributes.fw_ver; }

std::string RdmaDevice::node_guid() const {
  std::array<char, 20> text{};
  std::array<std::uint8_t, 8> bytes{};
  std::memcpy(bytes.data(), &attributes.node_guid, bytes.size());
  std::snprintf(text.data(), text.size(), "%02x%02x:%02x%02x:%02x%02x:%02x%02x", bytes[0], bytes[1],
                bytes[2], bytes[3], bytes[4], bytes[5], bytes[6], bytes[7]);
  return text.data();
}

std::vector<RdmaDevice> open_rdma_devices() {
  int count = 0;
  const DeviceList list = device_list(count);
  std::vector<RdmaDevice> devices;
  int refused = 0;
  for (int i = 0; i < count; ++i) {
    RdmaDevice device = open(list.get()[i]);
    if (device.context) {
      devices.push_back(std::move(device));
    } else {
      refused = errno;
    }
  }
  if (devices.empty()) throw Error(why_not_opened(verbs().get_device_name(list.get()[0]), refused));
  return devices;
}

RdmaDevice open_rdma_device(const std::string& name) {
  int count = 0;
  const DeviceList list = device_list(count);
  std::string known;
  for (int i = 0; i < count; ++i) {
    const char* here = verbs().get_device_name(list.get()[i]);
    if (name == here) {
      RdmaDevice device = open(list.get()[i]);
      if (!device.context) throw Error(why_not_opened(name, errno));
      return device;
    }
    known += (known.empty() ? "" : ", ") + std::string(here);
  }
  throw_fault("RDMA_NO_DEVICE", "device",
              "there is no RDMA device named " + name + " here; there is: " + known);
}

std::vector<ibv_gid_entry> gids_of(const RdmaDevice& device, int port) {
  ibv_port_attr attributes{};
  if (verbs().port_of(device.context.get(), static_cast<std::uint8_t>(port), attributes) != 0)
    throw_errno("RDMA_SETUP", "ibv_query_port");
  // The call gives those of all ports.
  std::vector<ibv_gid_entry> entries(static_cast<std::size_t>(attributes.gid_tbl_len) *
                                     device.attributes.phys_port_cnt);
  if (entries.empty()) return entries;
  const ssize_t found = verbs().query_gid_table(device.context.get(), entries.data(),
                                                entries.size(), 0, sizeof(ibv_gid_entry));
  entries.resize(found < 0 ? 0 : static_cast<std::size_t>(found));
  std::erase_if(entries, [&](const ibv_gid_entry& entry) {
    return entry.port_num != static_cast<std::uint32_t>(port);
  });
  return entries;
}

std::string gid_text(const ibv_gid& gid) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  inet_ntop(AF_INET6, gid.raw, text.data(), text.size());
  return text.data();
}

std::string gid_type_text(std::uint32_t type) {
  switch (type) {
    case IBV_GID_TYPE_IB: return "InfiniBand";
    case IBV_GID_TYPE_ROCE_V1: return "RoCEv1";
    case IBV_GID_TYPE_ROCE_V2: return "RoCEv2";
    default: return "unknown";
  }
}

std::string netdev_text(std::uint32_t index) {
  std::array<char, IF_NAMESIZE> name{};
  if (index == 0 || if_indextoname(index, name.data()) == nullptr) return "";
  return name.data();
}

std::string port_state_text(ibv_port_state state) {
  switch (state) {
    case IBV_PORT_DOWN: return "down";
    case IBV_PORT_INIT: return "init";
    case IBV_PORT_ARMED: return "armed";
    case IBV_PORT_ACTIVE: return "active";
    case IBV_PORT_ACTIVE_DEFER: return "active-defer";
    default: return "nop";
  }
}

int mtu_bytes(ibv_mtu mtu) noexcept {
  return mtu >= IBV_MTU_256 && mtu <= IBV_MTU_4096 ? 128 << static_cast<int>(mtu) : 0;
}

}  // namespace xr
