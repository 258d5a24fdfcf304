#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <future>
#include <variant>
#include <vector>

#include "base/unique_fd.h"
#include "base/units.h"
#include "test/test.h"
#include "transport/datagram/datagram_pair.h"
#include "transport/endpoint_pair.h"
#include "transport/pattern.h"
#include "transport/socket/tcp_link.h"
#include "transport/udp/udp_ping_pong_link.h"
#include "transport/udp/udp_stream_link.h"

namespace {

using xr::EndpointSpec;
using xr::Io;
using xr::kNsPerSec;
using xr::Role;
using xr::TransportKind;
using xr::WaitPolicy;
using xr::test::DatagramPair;
using xr::test::EndpointPair;

constexpr std::uint64_t kPatienceNs = 5 * kNsPerSec;

std::vector<TransportKind> transports() {
  return {
      TransportKind::kTcp,
      TransportKind::kUdp,
      TransportKind::kUnix,
      TransportKind::kShm,
#ifdef XRBENCH_TLS
      TransportKind::kTls,
#endif
#ifdef XRBENCH_QUIC
      TransportKind::kQuic,
#endif
  };
}

void set_verify(EndpointSpec& spec, bool on) {
  spec.verify = on;
  if (auto* quic = std::get_if<xr::QuicOptions>(&spec.options)) quic->verify = on;
}

bool has_datagrams(const EndpointSpec& spec) {
  const auto* quic = std::get_if<xr::QuicOptions>(&spec.options);
  return quic != nullptr && quic->in_datagrams();
}

template <class Body>
void for_all(const Body& body) {
  for (const TransportKind transport : transports()) {
    for (const WaitPolicy wait : {WaitPolicy::kBlock, WaitPolicy::kSpin}) {
      EndpointSpec spec = xr::test::spec_for(transport, wait);
      set_verify(spec, true);
      spec.phases.iterations = 50;
      body(spec);
      if (auto* packets = std::get_if<xr::UnixOptions>(&spec.options)) {
        packets->type = xr::UnixType::kSeqpacket;
        body(spec);
      }
      if (auto* quic = std::get_if<xr::QuicOptions>(&spec.options)) {
        quic->messages = xr::QuicMessages::kDatagram;
        body(spec);
      }
    }
  }
}

void check_kept(const xr::RunOutcome& outcome) {
  if (outcome.fault) xr::test::fail(__FILE__, __LINE__, outcome.fault->message);
}

TEST("verify: messages of every length arrive as they were sent, to and fro and as a stream") {
  for_all([](EndpointSpec spec) {
    for (const auto workload : {xr::Workload::kPingPong, xr::Workload::kStream}) {
      spec.workload = workload;
      for (const std::uint64_t bytes : {1u, 7u, 8u, 9u, 1000u, 20'001u, 60'000u}) {
        spec.message_bytes = bytes;
        if (has_datagrams(spec) && bytes > 1000) continue;
        EndpointPair pair(spec);
        pair.connect();
        const auto [client, server] = pair.run(spec);
        check_kept(client);
        check_kept(server);
      }
    }
  });
}

TEST("verify: so do those of connections of their own") {
  for_all([](EndpointSpec spec) {
    const TransportKind transport = spec.transport();
    const bool connects = transport == TransportKind::kTcp || transport == TransportKind::kTls ||
                          (transport == TransportKind::kQuic && !has_datagrams(spec));
    if (!connects) return;
    spec.workload = xr::Workload::kConnect;
    spec.phases.iterations = 5;
    EndpointPair pair(spec);
    pair.connect();
    const auto [client, server] = pair.run(spec);
    check_kept(client);
  });
}

TEST("verify: a stream that holds something else is a fault at the receiver") {
  for_all([](EndpointSpec spec) {
    spec.workload = xr::Workload::kStream;
    spec.message_bytes = 1000;
    spec.side = xr::Side::kServer;
    const auto server = xr::make_endpoint(spec);
    spec.side = xr::Side::kClient;
    // Its messages hold whatever its buffer does.
    set_verify(spec, false);
    const auto client = xr::make_endpoint(spec);
    const xr::Blob for_client = server->open();
    const xr::Blob for_server = client->open();
    auto accepted = std::async(std::launch::async, [&] { server->connect(for_server); });
    client->connect(for_client);
    accepted.get();
    auto sending =
        std::async(std::launch::async, [&] { return xr::test::run_alone(*client, spec); });
    const xr::RunOutcome outcome = xr::test::run_alone(*server, spec);
    client->stop();
    sending.wait();
    CHECK(outcome.status == xr::RunStatus::kFailed);
    CHECK_EQ(outcome.fault->code, "DATA_MISMATCH");
  });
}

/// Two ends of a byte stream.
struct StreamPair {
  StreamPair() {
    std::array<int, 2> ends{};
    CHECK_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
    fds = {xr::UniqueFd(ends[0]), xr::UniqueFd(ends[1])};
  }
  std::vector<std::uint8_t> read(std::size_t bytes) const {
    std::vector<std::uint8_t> data(bytes);
    CHECK_EQ(::recv(fds[1].get(), data.data(), bytes, MSG_WAITALL), static_cast<ssize_t>(bytes));
    return data;
  }
  void write(const std::vector<std::uint8_t>& data) const {
    CHECK_EQ(::send(fds[1].get(), data.data(), data.size(), 0), static_cast<ssize_t>(data.size()));
  }
  int end() const { return fds[0].get(); }
  std::array<xr::UniqueFd, 2> fds;
};

EndpointSpec verified(std::uint64_t message_bytes) {
  EndpointSpec spec = xr::test::spec_for(TransportKind::kTcp, WaitPolicy::kBlock);
  spec.message_bytes = message_bytes;
  spec.verify = true;
  return spec;
}

using Link = xr::TcpLink<WaitPolicy::kBlock>;
using Spoil = void (*)(std::vector<std::uint8_t>&);

/// What can become of bytes on their way, and of none of which TCP's checksum must know.
const std::vector<Spoil> kSpoils = {
    [](std::vector<std::uint8_t>& data) { data.front() ^= 1; },
    [](std::vector<std::uint8_t>& data) { data.back() ^= 0x80; },
    [](std::vector<std::uint8_t>& data) { data[data.size() / 2] ^= 4; },
    [](std::vector<std::uint8_t>& data) { std::swap(data[3], data[11]); },
    [](std::vector<std::uint8_t>& data) { data.insert(data.begin() + 9, 0), data.pop_back(); },
};

TEST("verify: a reply of a byte stream that is not as it was sent is found") {
  xr::StopFlag stop;
  const EndpointSpec spec = verified(100);
  for (const Spoil spoil : kSpoils) {
    const StreamPair pair;
    Link link({pair.end(), kPatienceNs, stop}, spec, Role::kInitiator, stop);
    CHECK(link.send_request() == Io::kOk);
    std::vector<std::uint8_t> message = pair.read(100);
    pair.write(message);
    CHECK(link.receive_reply() == Io::kOk);
    CHECK(!link.fault());
    CHECK(link.send_request() == Io::kOk);
    message = pair.read(100);
    spoil(message);
    pair.write(message);
    CHECK(link.receive_reply() == Io::kError);
    CHECK_EQ(link.fault()->code, "DATA_MISMATCH");
  }
}

TEST("verify: so is one byte of a stream, however it is cut, and a message twice or left out") {
  constexpr std::size_t kBytes = 100;
  constexpr std::size_t kMessages = 20;
  xr::StopFlag stop;
  const EndpointSpec spec = verified(kBytes);
  const StreamPair out;
  Link sender({out.end(), kPatienceNs, stop}, spec, Role::kSender, stop);
  for (std::size_t i = 0; i < kMessages; ++i) CHECK(sender.send_some(1) == Io::kOk);
  const std::vector<std::uint8_t> sent = out.read(kMessages * kBytes);
  std::vector<Spoil> spoils = kSpoils;
  spoils.push_back([](std::vector<std::uint8_t>& data) {
    data.erase(data.begin() + 3 * kBytes, data.begin() + 4 * kBytes);
  });
  spoils.push_back([](std::vector<std::uint8_t>& data) {
    std::copy_n(data.begin() + 5 * kBytes, kBytes, data.begin() + 6 * kBytes);
  });
  spoils.push_back([](std::vector<std::uint8_t>&) {});
  for (const Spoil spoil : spoils) {
    std::vector<std::uint8_t> data = sent;
    spoil(data);
    const StreamPair in;
    Link receiver({in.end(), kPatienceNs, stop}, spec, Role::kReceiver, stop);
    Io io = Io::kOk;
    for (std::size_t at = 0; at < data.size() && io == Io::kOk; at += 33) {
      in.write({data.begin() + static_cast<std::ptrdiff_t>(at),
                data.begin() + static_cast<std::ptrdiff_t>(std::min(at + 33, data.size()))});
      io = receiver.receive_some();
    }
    const bool is_spoilt = data != sent;
    CHECK_EQ(io == Io::kError, is_spoilt);
    CHECK_EQ(receiver.fault().has_value(), is_spoilt);
  }
}

TEST("verify: a datagram that comes back otherwise than it was sent is found") {
  xr::StopFlag stop;
  const DatagramPair pair;
  xr::UdpPingPongLink<WaitPolicy::kBlock> link(pair.sender(), 100, 0, kPatienceNs, kPatienceNs,
                                               true, stop);
  const auto exchange = [&](bool spoilt) {
    CHECK(link.send_request() == Io::kOk);
    std::array<std::uint8_t, 101> message{};
    CHECK_EQ(::recv(pair.receiver(), message.data(), message.size(), 0), 100);
    if (spoilt) message[99] ^= 1;
    CHECK_EQ(::send(pair.receiver(), message.data(), 100, 0), 100);
    return link.receive_reply();
  };
  CHECK(exchange(false) == Io::kOk);
  CHECK(exchange(true) == Io::kError);
  CHECK_EQ(link.fault()->code, "DATA_MISMATCH");
}

TEST("verify: a datagram of a stream that holds something else is found, merged or not") {
  for (const bool merging : {false, true}) {
    xr::StopFlag stop;
    const DatagramPair pair;
    if (merging && !xr::enable_merging(pair.receiver()))
      throw xr::test::Skipped("this kernel does not merge datagrams");
    xr::UdpReceiverLink<WaitPolicy::kBlock> receiver(pair.receiver(), 100, 0, merging, kPatienceNs,
                                                     true, stop);
    std::array<std::uint8_t, 100> message{};
    const auto cross = [&](std::uint64_t number, std::uint8_t spoils) {
      xr::write_pattern(message.data(), message.size(), number);
      xr::write_sequence(message.data(), number, 8);
      message[50] ^= spoils;
      CHECK_EQ(::send(pair.sender(), message.data(), message.size(), 0), 100);
      return receiver.receive_some();
    };
    CHECK(cross(0, 0) == Io::kOk);
    CHECK(cross(1, 1) == Io::kError);
    CHECK_EQ(receiver.fault()->code, "DATA_MISMATCH");
  }
}

}  // namespace
