#include "test/test.h"
#include "transport/message/joined_world.h"
#include "transport/message/message_contract.h"
#include "transport/quic/quic_message_world.h"

namespace {

using xr::QuicMessages;
using xr::WaitPolicy;
using xr::test::JoinedWorld;
using xr::test::keeps_message_contract;
using xr::test::QuicMessageWorld;

/// All of it, sleeping and spinning.
template <QuicMessages kMessages>
bool keeps_contract() {
  return keeps_message_contract<QuicMessageWorld<kMessages, WaitPolicy::kBlock>>(true) &&
         keeps_message_contract<QuicMessageWorld<kMessages, WaitPolicy::kSpin>>(false);
}

/// The same of several connections on one thread.
template <QuicMessages kMessages, WaitPolicy kWait>
using Joined = JoinedWorld<QuicMessageWorld<kMessages, kWait>, kWait>;

template <QuicMessages kMessages>
bool keeps_contract_joined() {
  return keeps_message_contract<Joined<kMessages, WaitPolicy::kBlock>>(true) &&
         keeps_message_contract<Joined<kMessages, WaitPolicy::kSpin>>(false);
}

TEST("quic messages: the contract, one stream for all") {
  CHECK(keeps_contract<QuicMessages::kStream>());
}

TEST("quic messages: the contract, a stream for each") {
  CHECK(keeps_contract<QuicMessages::kStreamEach>());
}

TEST("quic messages: the contract, DATAGRAM frames") {
  CHECK(keeps_contract<QuicMessages::kDatagram>());
}

TEST("quic messages: the contract over many connections, one stream for all of each") {
  CHECK(keeps_contract_joined<QuicMessages::kStream>());
}

TEST("quic messages: the contract over many connections, a stream for each message") {
  CHECK(keeps_contract_joined<QuicMessages::kStreamEach>());
}

TEST("quic messages: the contract over many connections, DATAGRAM frames") {
  CHECK(keeps_contract_joined<QuicMessages::kDatagram>());
}

}  // namespace
