#pragma once

#include <array>
#include <atomic>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <utility>

#include "base/error.h"
#include "test/test.h"
#include "transport/endpoint.h"
#include "transport/rdma/device/device_list.h"

namespace xr::test {

/// Skips the case where there is no RDMA device to run it on.
inline void need_rdma() {
  try {
    for (const RdmaPort& port : list_rdma_ports()) {
      if (port.state == "active") return;
    }
    throw Skipped("no RDMA port is active");
  } catch (const Error& error) {
    throw Skipped(error.fault().message);
  }
}

inline EndpointSpec rdma_spec(QueuePairType type, RdmaOperation operation, WaitPolicy wait) {
  EndpointSpec spec;
  spec.options = RdmaOptions{};
  spec.wait = wait;
  // Both ends are here: any active port will do.
  spec.local_address = "127.0.0.1";
  spec.message_bytes = is_atomic(operation) ? 8 : 64;
  // More than an 8-bit counter holds; an emulated machine takes long for each.
  spec.phases = {0, 0, 300, kNsPerSec};
  spec.message_timeout_ns = 2 * kNsPerSec;
  spec.idle_timeout_ns = 20 * kNsPerSec;
  spec.connect_timeout_ns = 10 * kNsPerSec;
  spec.of<RdmaOptions>().queue_pair = type;
  spec.of<RdmaOptions>().operation = operation;
  return spec;
}

inline std::string text_of(const EndpointSpec& spec) {
  const RdmaOptions& rdma = spec.of<RdmaOptions>();
  return std::string(name_of(rdma.queue_pair)) + " " + name_of(rdma.operation) +
         (spec.wait == WaitPolicy::kSpin ? " spin " : " block ") +
         (spec.workload == Workload::kStream ? "stream "
          : spec.uses_messages()             ? "rr "
                                             : "ping-pong ") +
         std::to_string(spec.message_bytes) + " B";
}

/// Of the error that `body` throws; empty when it throws none.
inline std::string code_of(const std::function<void()>& body) {
  try {
    body();
  } catch (const Error& error) {
    return error.fault().code;
  }
  return "";
}

/// Both ends in this process.
class RdmaPair {
 public:
  explicit RdmaPair(EndpointSpec spec) : spec_(spec) {
    spec.side = Side::kServer;
    server = make_endpoint(spec);
    spec.side = Side::kClient;
    client = make_endpoint(spec);
    for_client = server->open();
    for_server = client->open();
  }

  void connect() {
    server->connect(for_server);
    client->connect(for_client);
  }

  /// Runs both ends until all that decide are through, then stops the rest.
  std::pair<RunOutcome, RunOutcome> run() {
    std::atomic<int> missing{spec_.stream.direction == Direction::kBoth ? 2 : 1};
    const auto measured = [&] {
      if (missing.fetch_sub(1) != 1) return;
      server->stop();
      client->stop();
    };
    RunBoard server_board(spec_.phases);
    RunBoard client_board(spec_.phases);
    auto serving = std::async(std::launch::async, [&] {
      RunOutcome outcome = server->run(server_board, measured);
      if (outcome.status == RunStatus::kFailed) client->stop();
      return outcome;
    });
    RunOutcome of_client = client->run(client_board, measured);
    if (of_client.status == RunStatus::kFailed) server->stop();
    return {std::move(of_client), serving.get()};
  }

  std::unique_ptr<Endpoint> server;
  std::unique_ptr<Endpoint> client;
  Blob for_client;
  Blob for_server;

 private:
  EndpointSpec spec_;
};

inline void check_no_fault(const EndpointSpec& spec, const RunOutcome& outcome) {
  if (!outcome.fault) return;
  throw std::runtime_error(text_of(spec) + ": " + outcome.fault->code + ": " +
                           outcome.fault->message);
}

}  // namespace xr::test
