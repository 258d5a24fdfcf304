#include "transport/shm/shm_ring.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/page_buffer.h"
#include "base/unique_fd.h"
#include "base/units.h"
#include "test/test.h"
#include "transport/shm/shm_bytes.h"
#include "transport/shm/shm_segment.h"
#include "transport/wait/waker.h"

namespace {

using xr::EndpointSpec;
using xr::Io;
using xr::ShmLayout;
using xr::ShmRing;
using xr::ShmSegment;
using xr::ShmWords;
using xr::UniqueFd;
using xr::WaitPolicy;

/// Memory of both directions, and a socket for either end to tell that the other is there.
struct Shared {
  explicit Shared(std::uint64_t message_bytes)
      : layout(message_bytes, false), memory(2 * layout.ring_bytes()) {
    std::memset(memory.data(), 0, memory.size());
    std::array<int, 2> both{};
    CHECK_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, both.data()), 0);
    own = UniqueFd(both[0]);
    peer = UniqueFd(both[1]);
    spec.message_bytes = message_bytes;
    spec.idle_timeout_ns = 5 * xr::kNsPerSec;
  }

  ShmRing ring(unsigned i) { return {memory.data() + i * layout.ring_bytes(), layout}; }

  template <WaitPolicy kWait>
  xr::ShmLink<kWait> link(xr::Role role) {
    return {{ring(0), ring(1), own.get(), spec, stop}, spec, role, stop};
  }

  ShmLayout layout;
  xr::PageBuffer memory;
  UniqueFd own;
  UniqueFd peer;
  EndpointSpec spec;
  xr::StopFlag stop;
};

TEST("shm: a small message shares the cache line of its number, and slots lie two lines apart") {
  for (const std::uint64_t bytes : {1u, 8u, 56u, 64u, 120u, 121u, 4096u, 16'384u, 1u << 20}) {
    const ShmLayout layout(bytes, false);
    CHECK_EQ(layout.slot_bytes % xr::kShmApartBytes, 0u);
    CHECK(layout.header_bytes + layout.piece_bytes <= layout.slot_bytes);
    CHECK(layout.piece_bytes >= std::min<std::uint64_t>(bytes, 4096));
    CHECK(layout.slots >= 4 && (layout.slots & (layout.slots - 1)) == 0);
    CHECK_EQ(layout.header_bytes == sizeof(std::uint64_t), bytes <= 120);
    CHECK_EQ(layout.ring_bytes() % xr::kShmApartBytes, 0u);
  }
  CHECK(offsetof(ShmWords, reader_sleeps) - offsetof(ShmWords, consumed) >= xr::kShmApartBytes);
}

TEST("shm: who takes turns needs one slot, unless a message is cut") {
  CHECK_EQ(ShmLayout(64, true).slots, 1u);
  CHECK_EQ(ShmLayout(65'536, true).slots, 1u);
  CHECK(ShmLayout(65'537, true).slots > 1);
}

TEST("shm: what a peer says that it has read is held against what was sent") {
  for (const std::uint64_t lie : {~std::uint64_t{0}, std::uint64_t{1} << 40, std::uint64_t{65}}) {
    Shared shared(64);
    auto link = shared.link<WaitPolicy::kSpin>(xr::Role::kSender);
    const std::uint64_t slots = shared.layout.slots;
    for (std::uint64_t i = 0; i < slots; ++i) CHECK(link.send_some(1) == Io::kOk);
    shared.ring(0).words().consumed.store(std::max(lie, slots + 1));
    CHECK(link.send_some(1) == Io::kError);
    CHECK_EQ(link.fault()->code, "PROTOCOL");
    CHECK_EQ(link.counters().messages, slots);
  }
}

TEST("shm: a peer that takes back what it has read is found") {
  Shared shared(64);
  auto link = shared.link<WaitPolicy::kBlock>(xr::Role::kSender);
  const std::uint64_t slots = shared.layout.slots;
  for (std::uint64_t i = 0; i < slots; ++i) CHECK(link.send_some(1) == Io::kOk);
  shared.ring(0).words().consumed.store(slots);
  for (std::uint64_t i = 0; i < slots; ++i) CHECK(link.send_some(1) == Io::kOk);
  shared.ring(0).words().consumed.store(slots - 1);
  CHECK(link.send_some(1) == Io::kError);
  CHECK_EQ(link.fault()->code, "PROTOCOL");
}

TEST("shm: numbers that no writer gives are no messages, and a peer that goes is told from them") {
  Shared shared(64);
  auto link = shared.link<WaitPolicy::kBlock>(xr::Role::kReceiver);
  for (std::uint64_t i = 0; i < shared.layout.slots; ++i) shared.ring(1).number(i).store(1u << 20);
  shared.peer.reset();
  CHECK(link.receive_some() == Io::kClosed);
  CHECK_EQ(link.counters().messages, 0u);
}

TEST("shm: what was written before the peer went is still taken") {
  Shared shared(64);
  auto link = shared.link<WaitPolicy::kSpin>(xr::Role::kReceiver);
  shared.ring(1).number(0).store(1);
  shared.peer.reset();
  CHECK(link.receive_some() == Io::kOk);
  CHECK_EQ(link.counters().messages, 1u);
  CHECK(link.receive_some() == Io::kClosed);
}

/// How a client takes memory that a hostile server hands over.
std::string code_of_taking(int fd, std::size_t bytes) {
  std::array<int, 2> both{};
  CHECK_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, both.data()), 0);
  const UniqueFd client(both[0]);
  const UniqueFd server(both[1]);
  char byte = 0;
  iovec data{&byte, 1};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof fd)]{};
  msghdr message{};
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  if (fd >= 0) {
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof fd);
    std::memcpy(CMSG_DATA(header), &fd, sizeof fd);
  }
  CHECK_EQ(::sendmsg(server.get(), &message, 0), 1);
  try {
    xr::Waker waker;
    ShmSegment::take(client.get(), bytes, xr::Deadline(5 * xr::kNsPerSec, waker));
  } catch (const xr::Error& error) {
    return error.fault().code;
  }
  return "";
}

TEST("shm: memory is taken when it has its length, and can lose none of it") {
  constexpr std::size_t kBytes = 8192;
  const UniqueFd memory(::memfd_create("test", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  CHECK_EQ(::ftruncate(memory.get(), kBytes), 0);
  CHECK_EQ(code_of_taking(-1, kBytes), "CONNECT_REFUSED");
  CHECK_EQ(code_of_taking(memory.get(), kBytes), "CONNECT_REFUSED");
  CHECK_EQ(::fcntl(memory.get(), F_ADD_SEALS, F_SEAL_SHRINK), 0);
  CHECK_EQ(code_of_taking(memory.get(), kBytes), "");
  CHECK_EQ(code_of_taking(memory.get(), 2 * kBytes), "BAD_SPEC");
  const UniqueFd zeros(::open("/dev/zero", O_RDWR | O_CLOEXEC));
  CHECK_EQ(code_of_taking(zeros.get(), kBytes), "CONNECT_REFUSED");
}

}  // namespace
