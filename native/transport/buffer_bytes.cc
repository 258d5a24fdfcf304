#include "transport/buffer_bytes.h"

#include "base/error.h"
#include "transport/byte_stream_buffers.h"
#include "transport/endpoint.h"
#include "transport/quic_openssl/openssl_endpoint.h"
#ifdef XRBENCH_QUIC
#include "transport/quic/quic_endpoint.h"
#endif
#include "transport/rdma/connect/lane_shape.h"
#include "transport/shm/shm_layout.h"
#ifdef XRBENCH_TLS
#include "transport/tls/tls_endpoint.h"
#endif
#include "transport/udp/udp_endpoint.h"

namespace xr {
namespace {

/// Two rings for each link, and where each side sleeps.
std::uint64_t shared_memory_bytes(const EndpointSpec& spec) {
  return 2 * spec.link_count() * layout_of(spec).ring_bytes() + sizeof(ShmBells);
}

std::uint64_t lane_bytes(const EndpointSpec& spec) {
  std::uint64_t all = 0;
  for (unsigned i = 0; i < spec.link_count(); ++i)
    all += shape_of(spec, spec.role_of(i)).total_bytes;
  return all;
}

}  // namespace

std::uint64_t buffer_bytes(const EndpointSpec& spec) {
  check_spec(spec);
  switch (spec.transport()) {
    case TransportKind::kTcp:
    case TransportKind::kUnix: return byte_stream_buffers_bytes(spec);
    case TransportKind::kShm: return byte_stream_buffers_bytes(spec) + shared_memory_bytes(spec);
    case TransportKind::kUdp: return udp_buffer_bytes(spec);
    case TransportKind::kRdma: return lane_bytes(spec);
    case TransportKind::kQuicOpenssl: return quic_openssl_buffer_bytes(spec);
#ifdef XRBENCH_TLS
    case TransportKind::kTls: return tls_buffer_bytes(spec);
#endif
#ifdef XRBENCH_QUIC
    case TransportKind::kQuic: return quic_buffer_bytes(spec);
#endif
    default: throw_fault("UNSUPPORTED", "transport", "this addon file has no such transport");
  }
}

}  // namespace xr
