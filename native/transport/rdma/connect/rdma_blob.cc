#include "transport/rdma/connect/rdma_blob.h"

#include <algorithm>
#include <cstddef>

#include "base/error.h"

namespace xr {
namespace {

constexpr std::uint8_t kVersion = 2;
// "rd": no other transport's blob begins so.
constexpr std::array<std::uint8_t, 2> kMagic{0x72, 0x64};
constexpr std::size_t kHeaderBytes = 76;
constexpr std::size_t kLaneBytes = 28;
constexpr std::uint32_t kLargest24Bits = 0xff'ffff;

[[noreturn]] void bad(const char* why) { throw_fault("BAD_BLOB", "blob", why); }

class Writer {
 public:
  template <class T>
  void put(T value) {
    for (std::size_t i = sizeof value; i-- > 0;)
      bytes.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
  }
  Blob bytes;
};

/// Only after the length has been checked.
class Reader {
 public:
  explicit Reader(const Blob& bytes) : at_(bytes.data()) {}
  template <class T>
  T take() {
    T value = 0;
    for (std::size_t i = 0; i < sizeof value; ++i) value = static_cast<T>(value << 8 | *at_++);
    return value;
  }

 private:
  const std::uint8_t* at_;
};

void check(const RdmaBlob& blob) {
  const auto queue_pair = static_cast<unsigned>(blob.queue_pair);
  const auto operation = static_cast<unsigned>(blob.operation);
  if (queue_pair < 1 || queue_pair > 3) bad("the peer's queue pairs are of an unknown type");
  if (operation < 1 || operation > 6) bad("the peer's operation is unknown");
  if (blob.mtu < 1 || blob.mtu > 5) bad("the peer's MTU is unknown");
  for (const LaneAddress& lane : blob.lanes) {
    if (lane.queue_pair > kLargest24Bits || lane.packet_number > kLargest24Bits)
      bad("a queue pair of the peer has a number beyond 24 bits");
    if (lane.memory % 4096 != 0) bad("a memory address of the peer is not that of a page");
  }
}

}  // namespace

Blob encode_rdma_blob(const RdmaBlob& blob) {
  Writer out;
  out.put(kMagic[0]);
  out.put(kMagic[1]);
  out.put(kVersion);
  out.put(static_cast<std::uint8_t>(blob.queue_pair));
  out.put(static_cast<std::uint8_t>(blob.operation));
  out.put(static_cast<std::uint8_t>(blob.ethernet));
  out.put(blob.mtu);
  out.put(blob.incoming_reads);
  out.put(static_cast<std::uint16_t>(blob.lanes.size()));
  out.put(blob.lid);
  out.put(static_cast<std::uint8_t>(blob.connect_by));
  out.put(std::uint8_t{0});
  out.put(blob.cm_port);
  out.put(blob.queue_key);
  out.put(blob.node_guid);
  for (const std::uint8_t byte : blob.gid) out.put(byte);
  for (const std::uint8_t byte : blob.cm_address) out.put(byte);
  for (const std::uint8_t byte : blob.cm_token) out.put(byte);
  for (const LaneAddress& lane : blob.lanes) {
    out.put(lane.queue_pair);
    out.put(lane.packet_number);
    out.put(lane.rkey);
    out.put(lane.window_bytes);
    out.put(lane.memory);
    out.put(lane.rx_depth);
  }
  return out.bytes;
}

RdmaBlob decode_rdma_blob(const Blob& bytes, std::size_t lane_count) {
  if (bytes.size() != kHeaderBytes + kLaneBytes * lane_count)
    bad("the peer's endpoint description has an unexpected length");
  Reader in(bytes);
  if (in.take<std::uint8_t>() != kMagic[0] || in.take<std::uint8_t>() != kMagic[1])
    bad("the peer's endpoint is of another transport");
  if (in.take<std::uint8_t>() != kVersion)
    bad("the peer's endpoint description has an unknown version");
  RdmaBlob blob;
  blob.queue_pair = static_cast<QueuePairType>(in.take<std::uint8_t>());
  blob.operation = static_cast<RdmaOperation>(in.take<std::uint8_t>());
  const auto ethernet = in.take<std::uint8_t>();
  if (ethernet > 1) bad("the peer's link layer is unknown");
  blob.ethernet = ethernet == 1;
  blob.mtu = in.take<std::uint8_t>();
  blob.incoming_reads = in.take<std::uint8_t>();
  if (in.take<std::uint16_t>() != lane_count)
    bad("the peer's endpoint has an unexpected number of queue pairs");
  blob.lid = in.take<std::uint16_t>();
  const auto connect_by = in.take<std::uint8_t>();
  if (connect_by > 1 || in.take<std::uint8_t>() != 0)
    bad("the peer's endpoint description is not understood");
  blob.connect_by = static_cast<ConnectBy>(connect_by);
  blob.cm_port = in.take<std::uint16_t>();
  blob.queue_key = in.take<std::uint32_t>();
  blob.node_guid = in.take<std::uint64_t>();
  for (std::uint8_t& byte : blob.gid) byte = in.take<std::uint8_t>();
  for (std::uint8_t& byte : blob.cm_address) byte = in.take<std::uint8_t>();
  for (std::uint8_t& byte : blob.cm_token) byte = in.take<std::uint8_t>();
  for (std::size_t i = 0; i < lane_count; ++i) {
    LaneAddress lane;
    lane.queue_pair = in.take<std::uint32_t>();
    lane.packet_number = in.take<std::uint32_t>();
    lane.rkey = in.take<std::uint32_t>();
    lane.window_bytes = in.take<std::uint32_t>();
    lane.memory = in.take<std::uint64_t>();
    lane.rx_depth = in.take<std::uint32_t>();
    blob.lanes.push_back(lane);
  }
  check(blob);
  return blob;
}

}  // namespace xr
