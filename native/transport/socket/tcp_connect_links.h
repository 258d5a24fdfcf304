#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/unique_fd.h"
#include "measure/mark.h"
#include "transport/endpoint_spec.h"
#include "transport/pattern.h"
#include "transport/socket/tcp_connections.h"
#include "transport/wait/deadline.h"
#include "workload/connect.h"
#include "workload/io.h"

namespace xr {

/// What a fault of setting up a connection means for the run.
inline Io io_of(const Fault& fault) noexcept {
  if (fault.code == "STOPPED") return Io::kStopped;
  if (fault.code == "CONNECT_TIMEOUT") return Io::kStalled;
  return fault.code == "CONNECT_REFUSED" ? Io::kClosed : Io::kError;
}

// A layer over the TCP connections of a run of connects has
//   Session open(int fd, const Deadline&)     the handshake of this end; throws
//   void write(Session&, data, length, const Deadline&)   all of it; throws
//   void read(Session&, data, length, const Deadline&)    all of it; throws
//   bool is_resumed(const Session&)
//   bool wants_resumption()
// and its sessions end before their sockets do.

/// Makes one TCP connection after the other, with the handshake of `Layer` over it.
template <class Layer>
class TcpConnectorLink {
 public:
  TcpConnectorLink(const TcpConnections& connections, const SocketBlob& server, Layer layer,
                   const EndpointSpec& spec, const Waker& waker)
      : connections_(connections),
        server_(server),
        layer_(std::move(layer)),
        spec_(spec),
        waker_(waker),
        message_(spec.message_bytes, 0x5a),
        reply_(spec.message_bytes) {}

  template <class Established>
  Io connect(const Established& established) {
    try {
      const Deadline deadline(spec_.idle_timeout_ns, waker_, spec_.wait == WaitPolicy::kSpin);
      fd_ = connections_.dial(server_, deadline);
      if constexpr (!Layer::kHasHandshake) established();
      connections_.introduce(fd_.get(), server_);
      session_.emplace(layer_.open(fd_.get(), deadline));
      if constexpr (Layer::kHasHandshake) established();
      connects_.made += 1;
      if (layer_.wants_resumption()) {
        if (!layer_.is_resumed(*session_))
          throw_fault("TLS", "handshake", "the server does not take its own ticket back");
        connects_.resumed += 1;
      }
      if (spec_.verify) write_pattern(message_.data(), message_.size(), connects_.made);
      layer_.write(*session_, message_.data(), message_.size(), deadline);
      layer_.read(*session_, reply_.data(), reply_.size(), deadline);
      if (spec_.verify && reply_ != message_) throw Error(mismatch_fault());
      return Io::kOk;
    } catch (const Error& error) {
      const Io io = io_of(error.fault());
      failure_ = {"connect", error.fault().errno_value};
      if (io == Io::kError) fault_ = error.fault();
      return io;
    }
  }

  /// Without TIME_WAIT, of which a client has only so many ports (tcp(7), SO_LINGER in socket(7)).
  void disconnect() noexcept {
    session_.reset();
    const linger at_once{1, 0};
    ::setsockopt(fd_.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    fd_.reset();
  }

  ConnectCounts& connects() noexcept { return connects_; }
  Counters& counters() noexcept { return counters_; }
  void refresh() noexcept {}
  IoFailure failure() const noexcept { return failure_; }
  std::optional<Fault> fault() const { return fault_; }

 private:
  const TcpConnections& connections_;
  const SocketBlob& server_;
  Layer layer_;
  const EndpointSpec& spec_;
  const Waker& waker_;
  std::vector<std::uint8_t> message_;
  std::vector<std::uint8_t> reply_;
  UniqueFd fd_;
  std::optional<typename Layer::Session> session_;
  ConnectCounts connects_;
  Counters counters_;
  IoFailure failure_;
  std::optional<Fault> fault_;
};

/// Takes one connection after the other, and sends back the one message of each.
template <class Layer>
class GreetingAcceptorLink {
 public:
  static constexpr bool kReadsClockEachTime = true;

  GreetingAcceptorLink(TcpConnections& connections, Layer layer, const EndpointSpec& spec,
                  const Waker& waker)
      : connections_(connections),
        layer_(std::move(layer)),
        spec_(spec),
        waker_(waker),
        message_(spec.message_bytes) {}

  Io receive_request() {
    for (;;) {
      try {
        // The deadline of waiting for a client is that of the run; of a client, its own affair.
        const Deadline deadline(spec_.idle_timeout_ns, waker_, spec_.wait == WaitPolicy::kSpin);
        UniqueFd next = connections_.take_next(deadline);
        session_.reset();
        fd_ = std::move(next);
        session_.emplace(layer_.open(fd_.get(), deadline));
        layer_.read(*session_, message_.data(), message_.size(), deadline);
        return Io::kOk;
      } catch (const Error& error) {
        const Io io = io_of(error.fault());
        // A client that went in the middle of it may come again.
        if (io == Io::kClosed || error.fault().code == "TLS") continue;
        return failed(error.fault());
      }
    }
  }

  Io send_reply() {
    try {
      const Deadline deadline(spec_.idle_timeout_ns, waker_, spec_.wait == WaitPolicy::kSpin);
      layer_.write(*session_, message_.data(), message_.size(), deadline);
    } catch (const Error& error) {
      const Io io = io_of(error.fault());
      if (io == Io::kStopped || io == Io::kStalled) return failed(error.fault());
    }
    return Io::kOk;
  }

  Counters& counters() noexcept { return counters_; }
  void refresh() noexcept {}
  IoFailure failure() const noexcept { return failure_; }
  std::optional<Fault> fault() const { return fault_; }

 private:
  Io failed(const Fault& fault) noexcept {
    const Io io = io_of(fault);
    failure_ = {"accept", fault.errno_value};
    if (io == Io::kError) fault_ = fault;
    return io;
  }

  TcpConnections& connections_;
  Layer layer_;
  const EndpointSpec& spec_;
  const Waker& waker_;
  std::vector<std::uint8_t> message_;
  UniqueFd fd_;
  std::optional<typename Layer::Session> session_;
  Counters counters_;
  IoFailure failure_;
  std::optional<Fault> fault_;
};

}  // namespace xr
