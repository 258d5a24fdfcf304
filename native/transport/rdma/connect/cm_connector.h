#pragma once

#include <memory>
#include <string>
#include <vector>

#include "transport/endpoint_spec.h"
#include "transport/rdma/connect/lane.h"
#include "transport/wait/waker.h"

namespace xr {

/// Connects the queue pairs of an endpoint by rdma_cm(7): the server listens from the start, the
/// client connects one queue pair after the other. Memory keys and addresses come by the session
/// all the same. Holds the connections until destroyed.
class CmConnector {
 public:
  virtual ~CmConnector() = default;
  CmConnector(const CmConnector&) = delete;
  CmConnector& operator=(const CmConnector&) = delete;

  /// Fills in the `cm_` fields of this end's description; the server listens from now on.
  virtual void open(RdmaBlob& local) = 0;
  /// Blocks until every queue pair is connected at this end, the server until the client has said
  /// that it is at its own; at most for the connect timeout. Connections of anybody who does not
  /// have the token are refused. Throws RDMA_CM, CONNECT_TIMEOUT, STOPPED, RDMA_SETUP. Gives the
  /// index of the GID that the kernel chose; -1: it does not say.
  virtual int connect(const std::vector<std::unique_ptr<Lane>>& lanes, const RdmaBlob& local,
                      const RdmaBlob& peer, ibv_mtu mtu) = 0;

 protected:
  CmConnector() = default;
};

/// Throws UNSUPPORTED in a build without rdma_cm, RDMA_CM_NO_LIBRARY or RDMA_CM where it is
/// missing.
std::unique_ptr<CmConnector> make_cm_connector(const EndpointSpec& spec, const ChosenPort& port,
                                               const Waker& waker);

/// The device that rdma_cm has at a local address; empty where there is none, or no rdma_cm.
std::string cm_device_at(const std::string& local_address);

}  // namespace xr
