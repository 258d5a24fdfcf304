#include <atomic>
#include <cstdint>
#include <future>
#include <vector>

#include "base/units.h"
#include "measure/clock.h"
#include "measure/histogram.h"
#include "measure/run_board.h"
#include "measure/timeline.h"
#include "test/test.h"
#include "test/udp_pair.h"
#include "transport/message/message_contract.h"
#include "transport/udp/udp_messages.h"
#include "workload/rr.h"

namespace {

using xr::Io;
using xr::kNsPerMs;
using xr::kNsPerSec;
using xr::MessageHead;
using xr::MessageShape;
using xr::Side;

using Link = xr::UdpMessages<xr::WaitPolicy::kBlock>;

/// Answers what comes, but for every fifth request: that it answers behind the next one.
void answer_late(Link& link, const std::atomic<bool>& is_over) {
  std::vector<MessageHead> held;
  const auto answer = [&](const MessageHead& head) {
    CHECK(link.offer({static_cast<std::uint32_t>(head.words[1]), head.flow, head.number, 0,
                      {head.words[0], 0}}) == Io::kOk);
  };
  while (!is_over) {
    link.wait(20 * kNsPerMs);
    for (const MessageHead& head : link.arrivals()) {
      if (head.number % 5 == 2) {
        held.push_back(head);
        continue;
      }
      answer(head);
      for (const MessageHead& one : held) answer(one);
      held.clear();
    }
    link.taken(link.arrivals().size());
  }
}

TEST("rr over udp: what is not answered in time is lost, the run goes on, and its answer is late") {
  const auto [client_fd, server_fd] = xr::test::udp_pair();
  const xr::StopFlag stop;
  MessageShape shape = xr::test::contract_shape(3000);
  Link client({{client_fd.get(), 5, 9}}, 1400, shape, stop);
  shape.side = Side::kServer;
  Link server({{server_fd.get(), 9, 5}}, 1400, shape, stop);
  std::atomic<bool> is_over = false;
  auto serving = std::async(std::launch::async, [&] { answer_late(server, is_over); });

  const xr::PhaseSpec phases{0, 0, 20, kNsPerSec};
  xr::RunBoard board(phases);
  board.open(0, 1, {});
  xr::Histogram histogram;
  xr::Timeline<xr::RawClock> timeline(xr::RawClock(), phases, &histogram, board, 0);
  xr::RrShape rr;
  rr.request_bytes = 100;
  rr.response_bytes = 3000;
  rr.message_timeout_ns = 100 * kNsPerMs;
  rr.idle_timeout_ns = 20 * kNsPerSec;
  xr::RrInitiator initiator(client, rr, timeline, histogram, stop);
  const Io io = initiator.run();
  is_over = true;
  serving.get();
  CHECK(io == Io::kOk);
  // Requests 2, 7, 12 and 17, if the machine did not hold up others as well.
  CHECK_EQ(client.counters().messages + client.counters().lost, 20u);
  CHECK(client.counters().lost >= 4);
  CHECK(client.counters().late >= 1);
  CHECK_EQ(histogram.totals().count, client.counters().messages);
}

}  // namespace
