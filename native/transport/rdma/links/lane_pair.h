#pragma once

#include <cstring>
#include <stdexcept>

#include "measure/clock.h"
#include "transport/rdma/connect/lane.h"
#include "transport/rdma/links/rdma_link.h"
#include "transport/rdma/rdma_pair.h"

namespace xr::test {

/// Two queue pairs of this process without the links that would drive them: what a link does with
/// a peer that errs is tried on one of them.
struct LanePair {
  LanePair(const EndpointSpec& client_spec, const EndpointSpec& server_spec, Role client_role,
           Role server_role)
      : spec(client_spec),
        port(choose_port(client_spec)),
        domain(verbs().alloc_pd(port.device.context.get())),
        client(port, domain.get(), client_spec, client_role, kQueueKey),
        server(port, domain.get(), server_spec, server_role, kQueueKey) {}
  LanePair(const EndpointSpec& both, Role client_role, Role server_role)
      : LanePair(both, both, client_role, server_role) {}

  void connect() { connect(server.address(), description()); }

  /// The client is told of a server other than there is.
  void connect(const LaneAddress& server_address, const RdmaBlob& server_description) {
    const RdmaBlob own = description();
    server.connect(port, domain.get(), own, own, client.address(), IBV_MTU_1024);
    client.connect(port, domain.get(), own, server_description, server_address, IBV_MTU_1024);
  }

  RdmaBlob description() const {
    RdmaBlob blob;
    blob.incoming_reads = 16;
    blob.queue_key = kQueueKey;
    std::memcpy(blob.gid.data(), port.gid.gid.raw, blob.gid.size());
    return blob;
  }

  static constexpr std::uint32_t kQueueKey = 0x1234;

  EndpointSpec spec;
  ChosenPort port;
  ProtectionDomain domain;
  Lane client;
  Lane server;
};

/// Sends single messages as they are, right or wrong.
class RawSender : public RdmaLink<WaitPolicy::kSpin> {
 public:
  RawSender(Lane& lane, const EndpointSpec& spec, const Waker& waker)
      : RdmaLink(lane, spec, waker), request_(message_to_peer(spec, buffer_, lane.tx_slot(0))) {
    request_.send_flags |= IBV_SEND_SIGNALED;
    request_.wr_id = 1;
  }

  /// The data of message `number` of a verified run, with the byte at `wrong` turned over.
  void fill(std::uint64_t number, std::size_t wrong) {
    write_pattern(lane_.tx_slot(0), message_bytes_, number);
    lane_.tx_slot(0)[wrong] ^= 0x40;
  }

  std::uint8_t& byte(std::size_t at) { return lane_.tx_slot(0)[at]; }

  /// Of what is sent from there; beyond the slot is memory of the lane still.
  void length(std::size_t bytes) {
    buffer_.length = static_cast<std::uint32_t>(bytes);
    request_.send_flags &= ~static_cast<unsigned>(IBV_SEND_INLINE);
  }

  void post(std::uint32_t number) {
    request_.imm_data = htonl(number);
    ibv_send_wr* refused = nullptr;
    CHECK_EQ(ibv_post_send(lane_.queue_pair(), &request_, &refused), 0);
  }

  /// Of the next completion.
  ibv_wc_status status() {
    const std::uint64_t began_ns = monotonic_raw_ns();
    for (;;) {
      ibv_wc completion{};
      const int got = ibv_poll_cq(lane_.completions(), 1, &completion);
      if (got == 1) return completion.status;
      if (got < 0 || monotonic_raw_ns() - began_ns > 30 * kNsPerSec)
        throw std::runtime_error("no completion within 30 s");
    }
  }

 private:
  ibv_sge buffer_{};
  ibv_send_wr request_;
};

}  // namespace xr::test
