#include "transport/rdma/connect/cm_connector.h"

#include <sys/random.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <span>

#include "base/units.h"
#include "transport/rdma/connect/cm_address.h"
#include "transport/rdma/connect/cm_channel.h"
#include "transport/rdma/connect/cm_greeting.h"
#include "transport/rdma/connect/peer_gid.h"
#include "transport/rdma/connect/retry_policy.h"

namespace xr {
namespace {

/// Where it came from.
SocketAddress address_of(const rdma_cm_id& id) noexcept {
  SocketAddress address;
  address.storage = id.route.addr.dst_storage;
  address.length = static_cast<socklen_t>(
      address.family() == AF_INET6 ? sizeof(sockaddr_in6) : sizeof(sockaddr_in));
  return address;
}

/// What the other end sent along, if anything.
std::span<const std::uint8_t> private_data_of(const CmEvent& event) noexcept {
  const rdma_conn_param& arrived = event->param.conn;
  if (arrived.private_data == nullptr) return {};
  return {static_cast<const std::uint8_t*>(arrived.private_data), arrived.private_data_len};
}

class Connector final : public CmConnector {
 public:
  Connector(const EndpointSpec& spec, const ChosenPort& port, const Waker& waker)
      : spec_(spec), port_(port), waker_(waker) {}

  void open(RdmaBlob& local) override {
    SocketAddress address = own_address();
    local.connect_by = ConnectBy::kRdmaCm;
    local.cm_address = mapped_address(address);
    if (::getrandom(local.cm_token.data(), local.cm_token.size(), 0) !=
        static_cast<ssize_t>(local.cm_token.size()))
      throw_errno("SOCKET", "getrandom");
    if (spec_.side == Side::kClient) return;
    listener_ = channel_.make_id();
    if (rdmacm().bind_addr(listener_.get(), address.get()) != 0)
      throw_errno("RDMA_CM", "rdma_bind_addr");
    // Room for some strangers beside those that are expected.
    if (rdmacm().listen(listener_.get(), static_cast<int>(2 * spec_.link_count() + 8)) != 0)
      throw_errno("RDMA_CM", "rdma_listen");
    local.cm_port = ntohs(rdmacm().get_src_port(listener_.get()));
  }

  int connect(const std::vector<std::unique_ptr<Lane>>& lanes, const RdmaBlob& local,
              const RdmaBlob& peer, ibv_mtu mtu) override {
    const Meeting meeting{lanes, local, peer, mtu, Deadline(spec_.connect_timeout_ns, waker_)};
    peer_address_ = socket_address(peer.cm_address, peer.cm_port, port_.gid.ndev_ifindex);
    if (spec_.side == Side::kServer) {
      accept_all(meeting);
    } else {
      for (std::size_t i = 0; i < lanes.size(); ++i) connect_one(meeting, i);
    }
    return gid_index_;
  }

 private:
  struct Meeting {
    const std::vector<std::unique_ptr<Lane>>& lanes;
    const RdmaBlob& local;
    const RdmaBlob& peer;
    ibv_mtu mtu;
    Deadline deadline;
  };

  /// The one of the GID that was chosen; without one (iWARP, InfiniBand) that of the session.
  SocketAddress own_address() const {
    if (!port_.is_ethernet() || port_.device.iwarp) return parse_address(spec_.local_address, 0);
    MappedAddress gid{};
    std::memcpy(gid.data(), port_.gid.gid.raw, gid.size());
    return socket_address(gid, 0, port_.gid.ndev_ifindex);
  }

  std::string where() const {
    return peer_address_.text() + " port " + std::to_string(peer_address_.port());
  }

  void connect_one(const Meeting& meeting, std::size_t index) {
    const Deadline& deadline = meeting.deadline;
    const auto limit_ms = static_cast<int>(spec_.connect_timeout_ns / kNsPerMs);
    Lane& lane = *meeting.lanes[index];
    ids_.push_back(channel_.make_id());
    rdma_cm_id* id = ids_.back().get();
    SocketAddress own = own_address();
    if (rdmacm().resolve_addr(id, own.get(), peer_address_.get(), limit_ms) != 0)
      throw_errno("RDMA_CM", "rdma_resolve_addr");
    expect(RDMA_CM_EVENT_ADDR_RESOLVED, deadline, "rdma_resolve_addr");
    check_device(*id);
    if (rdmacm().resolve_route(id, limit_ms) != 0) throw_errno("RDMA_CM", "rdma_resolve_route");
    expect(RDMA_CM_EVENT_ROUTE_RESOLVED, deadline, "rdma_resolve_route");

    lane.expect(meeting.peer, meeting.peer.lanes[index]);
    const CmGreeting greeting = greet(meeting.peer.cm_token, index);
    rdma_conn_param parameters = parameters_for(lane, meeting, greeting);
    if (rdmacm().connect(id, &parameters) != 0) throw_errno("RDMA_CM", "rdma_connect");
    {
      // An iWARP driver changes the queue pair's state itself, and is through.
      const CmEvent answer =
          expect(port_.device.iwarp ? RDMA_CM_EVENT_ESTABLISHED : RDMA_CM_EVENT_CONNECT_RESPONSE,
                 deadline, "rdma_connect");
      if (greeted_index(private_data_of(answer), meeting.local.cm_token,
                        meeting.lanes.size()) != index)
        throw_fault("RDMA_CM", "rdma_connect", where() + " is not the peer of this session");
    }
    if (port_.device.iwarp) return;
    make_ready(lane, *id, meeting);
    if (rdmacm().establish(id) != 0) throw_errno("RDMA_CM", "rdma_establish");
  }

  /// As they come, in any order.
  void accept_all(const Meeting& meeting) {
    std::vector<bool> accepted(meeting.lanes.size(), false);
    for (std::size_t established = 0; established < accepted.size();) {
      CmEvent event = channel_.next(meeting.deadline, "rdma_accept");
      switch (event->event) {
        case RDMA_CM_EVENT_CONNECT_REQUEST: accept_one(std::move(event), meeting, accepted); break;
        case RDMA_CM_EVENT_ESTABLISHED: ++established; break;
        case RDMA_CM_EVENT_ADDR_CHANGE:
        case RDMA_CM_EVENT_TIMEWAIT_EXIT: break;
        default: throw Error(cm_fault(event->event, event->status, where()));
      }
    }
    // Nobody else is expected.
    listener_.reset();
  }

  void accept_one(CmEvent event, const Meeting& meeting, std::vector<bool>& accepted) {
    CmId id(event->id);
    const auto index = 
        greeted_index(private_data_of(event), meeting.local.cm_token, accepted.size());
    event.reset();
    if (!index || accepted[*index] || !is_peer_host(spec_, address_of(*id))) {
      rdmacm().reject(id.get(), nullptr, 0);
      return;
    }
    accepted[*index] = true;
    ids_.push_back(std::move(id));
    rdma_cm_id* own = ids_.back().get();
    check_device(*own);
    Lane& lane = *meeting.lanes[*index];
    lane.expect(meeting.peer, meeting.peer.lanes[*index]);
    if (!port_.device.iwarp) make_ready(lane, *own, meeting);
    const CmGreeting greeting = greet(meeting.peer.cm_token, *index);
    rdma_conn_param parameters = parameters_for(lane, meeting, greeting);
    if (rdmacm().accept(own, &parameters) != 0) throw_errno("RDMA_CM", "rdma_accept");
  }

  CmEvent expect(rdma_cm_event_type wanted, const Deadline& deadline, const char* op) {
    for (;;) {
      CmEvent event = channel_.next(deadline, op);
      if (event->event == wanted && event->status == 0) return event;
      if (event->event == RDMA_CM_EVENT_TIMEWAIT_EXIT) continue;
      throw Error(cm_fault(event->event, event->status, where()));
    }
  }

  rdma_conn_param parameters_for(const Lane& lane, const Meeting& meeting,
                                 const CmGreeting& greeting) const {
    rdma_conn_param parameters{};
    parameters.private_data = greeting.data();
    parameters.private_data_len = static_cast<std::uint8_t>(greeting.size());
    parameters.responder_resources = meeting.local.incoming_reads;
    parameters.initiator_depth = outgoing_reads(port_, meeting.peer);
    parameters.retry_count = kRetries;
    parameters.rnr_retry_count = kRnrRetries;
    parameters.qp_num = lane.queue_pair()->qp_num;
    return parameters;
  }

  void make_ready(Lane& lane, rdma_cm_id& id, const Meeting& meeting) {
    NegotiatedAttributes negotiated;
    negotiated.receive.qp_state = IBV_QPS_RTR;
    negotiated.send.qp_state = IBV_QPS_RTS;
    if (rdmacm().init_qp_attr(&id, &negotiated.receive, &negotiated.receive_mask) != 0 ||
        rdmacm().init_qp_attr(&id, &negotiated.send, &negotiated.send_mask) != 0)
      throw_errno("RDMA_CM", "rdma_init_qp_attr");
    if (negotiated.receive.ah_attr.is_global != 0)
      gid_index_ = negotiated.receive.ah_attr.grh.sgid_index;
    lane.connect_negotiated(negotiated, port_, meeting.local, meeting.peer, meeting.mtu);
  }

  /// The kernel chooses by address, and may have another device in mind.
  void check_device(const rdma_cm_id& id) const {
    const std::string name =
        id.verbs == nullptr ? "none" : verbs().get_device_name(id.verbs->device);
    if (name == port_.device.name && id.port_num == port_.port) return;
    throw_fault("RDMA_CM", "rdma_resolve_addr",
                "rdma_cm goes by " + name + " port " + std::to_string(id.port_num) +
                    ", and not by " + port_.device.name + " port " + std::to_string(port_.port) +
                    ", whose address is " + own_address().text());
  }

  const EndpointSpec& spec_;
  const ChosenPort& port_;
  const Waker& waker_;
  CmChannel channel_;
  CmId listener_;
  std::vector<CmId> ids_;
  SocketAddress peer_address_;
  int gid_index_ = -1;
};

}  // namespace

std::unique_ptr<CmConnector> make_cm_connector(const EndpointSpec& spec, const ChosenPort& port,
                                               const Waker& waker) {
  return std::make_unique<Connector>(spec, port, waker);
}

std::string cm_device_at(const std::string& local_address) {
  try {
    CmChannel channel;
    const CmId id = channel.make_id();
    SocketAddress address = parse_address(local_address, 0);
    if (rdmacm().bind_addr(id.get(), address.get()) != 0 || id->verbs == nullptr) return "";
    return verbs().get_device_name(id->verbs->device);
  } catch (const Error&) {
    return "";
  }
}

}  // namespace xr
