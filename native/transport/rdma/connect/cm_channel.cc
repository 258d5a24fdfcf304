#include "transport/rdma/connect/cm_channel.h"

#include <fcntl.h>
#include <poll.h>

namespace xr {
namespace {

// Reasons of a REJ message (InfiniBand Architecture 1.x, table 99).
constexpr int kNoSuchService = 8;
constexpr int kStaleConnection = 10;
constexpr int kByTheProgram = 28;

std::string rejection(int status) {
  switch (status) {
    case kNoSuchService:
    case -ECONNREFUSED: return "nobody listens there any more; the peer may have given up";
    case kStaleConnection:
      return "the peer still holds an earlier connection of a queue pair with this number; try "
             "again in a few seconds";
    case kByTheProgram:
      return "the peer does not know this connection; what listens there belongs to another run";
    default: break;
  }
  return status < 0 ? errno_text(-status) : "reason " + std::to_string(status) + " of its CM";
}

}  // namespace

CmChannel::CmChannel() : channel_(rdmacm().create_event_channel()) {
  if (!channel_) {
    const int error = errno;
    Fault fault = errno_fault("RDMA_CM", "rdma_create_event_channel", error);
    if (error == ENOENT || error == ENODEV || error == ENOSYS)
      fault.message += " (the kernel module rdma_ucm is not loaded: modprobe rdma_ucm)";
    if (error == EACCES || error == EPERM)
      fault.message += " (no permission on /dev/infiniband/rdma_cm)";
    throw Error(std::move(fault));
  }
  // Taking an event must not sleep where a stop does not wake it.
  if (::fcntl(channel_->fd, F_SETFL, O_NONBLOCK) != 0) throw_errno("RDMA_CM", "fcntl");
}

CmId CmChannel::make_id() {
  rdma_cm_id* id = nullptr;
  if (rdmacm().create_id(channel_.get(), &id, nullptr, RDMA_PS_TCP) != 0)
    throw_errno("RDMA_CM", "rdma_create_id");
  return CmId(id);
}

CmEvent CmChannel::next(const Deadline& deadline, const char* op) {
  for (;;) {
    rdma_cm_event* event = nullptr;
    if (rdmacm().get_cm_event(channel_.get(), &event) == 0) return CmEvent(event);
    // ENODATA: the library has dealt with one by itself.
    if (errno != EAGAIN && errno != EINTR && errno != ENODATA)
      throw_errno("RDMA_CM", "rdma_get_cm_event");
    deadline.wait(channel_->fd, POLLIN, op);
  }
}

Fault cm_fault(rdma_cm_event_type type, int status, const std::string& where) {
  const auto fault = [&](const char* op, const std::string& message) {
    return Fault{"RDMA_CM", op, status < 0 ? -status : 0, std::string(op) + ": " + message};
  };
  const std::string reason = status < 0 ? " (" + errno_text(-status) + ")" : "";
  switch (type) {
    case RDMA_CM_EVENT_ADDR_ERROR:
      return fault("rdma_resolve_addr", where + " is not reached from an RDMA device here" +
                                            reason + "; ping it from this end's address");
    case RDMA_CM_EVENT_ROUTE_ERROR:
      return fault("rdma_resolve_route",
                   "no path to " + where + reason + "; on InfiniBand, is the subnet manager up?");
    case RDMA_CM_EVENT_UNREACHABLE:
      return fault("rdma_connect", where + " does not answer" + reason +
                                       "; look whether a firewall drops UDP port 4791, and whether "
                                       "the peer's device has that address");
    case RDMA_CM_EVENT_REJECTED:
      return fault("rdma_connect", where + " refused the connection: " + rejection(status));
    case RDMA_CM_EVENT_DISCONNECTED:
      return fault("rdma_connect", where + " closed a connection while others were being made");
    case RDMA_CM_EVENT_DEVICE_REMOVAL: return fault("rdma_connect", "the RDMA device was removed");
    default: break;
  }
  return fault("rdma_connect", std::string("connecting with ") + where + " failed with " +
                                   rdmacm().event_str(type) + reason);
}

}  // namespace xr
