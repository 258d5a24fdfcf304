#include "transport/endpoint.h"
#include "transport/loopback/loopback_endpoint.h"
#include "transport/tcp/tcp_endpoint.h"
#include "transport/udp/udp_endpoint.h"

namespace xr {

std::unique_ptr<Endpoint> make_endpoint(const EndpointSpec& spec) {
  check_spec(spec);
  switch (spec.transport) {
    case TransportKind::kLoopback: return make_loopback_endpoint(spec);
    case TransportKind::kTcp: return make_tcp_endpoint(spec);
    case TransportKind::kUdp: return make_udp_endpoint(spec);
  }
  return nullptr;
}

}  // namespace xr
