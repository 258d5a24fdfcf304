#include "base/error.h"
#include "transport/endpoint.h"
#include "transport/loopback/loopback_endpoint.h"
#include "transport/quic_openssl/openssl_endpoint.h"
#ifdef XRBENCH_VERBS
#include "transport/rdma/rdma_endpoint.h"
#endif
#include "transport/shm/shm_endpoint.h"
#include "transport/tcp/tcp_endpoint.h"
#ifdef XRBENCH_TLS
#include "transport/tls/tls_endpoint.h"
#endif
#ifdef XRBENCH_QUIC
#include "transport/quic/quic_endpoint.h"
#endif
#include "transport/udp/udp_endpoint.h"
#include "transport/unix/unix_endpoint.h"

namespace xr {

bool is_built_in(TransportKind transport) noexcept {
  switch (transport) {
#ifndef XRBENCH_VERBS
    case TransportKind::kRdma:
#endif
#ifndef XRBENCH_TLS
    case TransportKind::kTls:
#endif
#ifndef XRBENCH_QUIC
    case TransportKind::kQuic:
#endif
      return false;
    default: return true;
  }
}

std::unique_ptr<Endpoint> make_endpoint(const EndpointSpec& spec) {
  check_spec(spec);
  switch (spec.transport()) {
    case TransportKind::kLoopback: return make_loopback_endpoint(spec);
    case TransportKind::kTcp: return make_tcp_endpoint(spec);
    case TransportKind::kUdp: return make_udp_endpoint(spec);
    case TransportKind::kRdma:
#ifdef XRBENCH_VERBS
      return make_rdma_endpoint(spec);
#else
      throw_fault("UNSUPPORTED", "transport", "this build is without RDMA");
#endif
    case TransportKind::kTls:
#ifdef XRBENCH_TLS
      return make_tls_endpoint(spec);
#else
      throw_fault("UNSUPPORTED", "transport", "this build is without TLS");
#endif
    case TransportKind::kQuic:
#ifdef XRBENCH_QUIC
      return make_quic_endpoint(spec);
#else
      throw_fault("UNSUPPORTED", "transport", "this build is without QUIC");
#endif
    case TransportKind::kQuicOpenssl: return make_quic_openssl_endpoint(spec);
    case TransportKind::kUnix: return make_unix_endpoint(spec);
    case TransportKind::kShm: return make_shm_endpoint(spec);
  }
  return nullptr;
}

}  // namespace xr
