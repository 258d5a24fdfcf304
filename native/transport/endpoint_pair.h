#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <future>
#include <memory>
#include <utility>
#include <variant>

#include "base/units.h"
#include "transport/endpoint.h"

// For tests.

namespace xr::test {

/// Of that transport, as they are where nothing is asked for.
inline TransportOptions default_options(TransportKind kind) {
  return [&]<std::size_t... kIndex>(std::index_sequence<kIndex...>) {
    const std::array all{TransportOptions(std::in_place_index<kIndex>)...};
    return all[static_cast<std::size_t>(kind)];
  }(std::make_index_sequence<std::variant_size_v<TransportOptions>>{});
}

/// A short ping-pong on loopback.
inline EndpointSpec spec_for(TransportKind transport, WaitPolicy wait) {
  EndpointSpec spec;
  spec.options = default_options(transport);
  spec.wait = wait;
  spec.local_address = "127.0.0.1";
  spec.phases = {0, 0, 300, kNsPerSec};
  spec.message_timeout_ns = 5 * kNsPerSec;
  spec.idle_timeout_ns = 20 * kNsPerSec;
  spec.connect_timeout_ns = 10 * kNsPerSec;
  return spec;
}

/// One end of a repetition, without a director.
inline RunOutcome run_alone(Endpoint& endpoint, const EndpointSpec& spec) {
  RunBoard board(spec.phases);
  return endpoint.run(board, {});
}

/// Both ends of a repetition in this process.
struct EndpointPair {
  explicit EndpointPair(EndpointSpec spec) {
    spec.side = Side::kServer;
    server = make_endpoint(spec);
    spec.side = Side::kClient;
    client = make_endpoint(spec);
  }

  void connect() {
    const Blob for_client = server->open();
    const Blob for_server = client->open();
    auto accepted = std::async(std::launch::async, [&] { server->connect(for_server); });
    client->connect(for_client);
    accepted.get();
  }

  /// Runs both ends until all that decide are through, then stops the rest.
  std::pair<RunOutcome, RunOutcome> run(const EndpointSpec& spec) {
    std::atomic<int> missing{spec.stream.direction == Direction::kBoth ? 2 : 1};
    const auto measured = [&] {
      if (missing.fetch_sub(1) != 1) return;
      server->stop();
      client->stop();
    };
    RunBoard server_board(spec.phases);
    RunBoard client_board(spec.phases);
    auto serving =
        std::async(std::launch::async, [&] { return server->run(server_board, measured); });
    RunOutcome of_client = client->run(client_board, measured);
    return {std::move(of_client), serving.get()};
  }

  std::unique_ptr<Endpoint> server;
  std::unique_ptr<Endpoint> client;
};

}  // namespace xr::test
