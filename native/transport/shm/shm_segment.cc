#include "transport/shm/shm_segment.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <cstring>
#include <utility>

#include "base/error.h"

namespace xr {
namespace {

constexpr int kSeals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;

/// One byte that goes along with one descriptor (unix(7), SCM_RIGHTS).
struct Envelope {
  std::uint8_t byte = 0;
  iovec data{&byte, 1};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))]{};
  msghdr message{};

  Envelope() {
    message.msg_iov = &data;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof control;
  }
};

UniqueFd make_sealed(std::size_t bytes) {
  UniqueFd fd(::memfd_create("xrbench", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (!fd) throw_errno("NO_MEMORY", "memfd_create");
  if (::ftruncate(fd.get(), static_cast<off_t>(bytes)) != 0) throw_errno("NO_MEMORY", "ftruncate");
  if (::fcntl(fd.get(), F_ADD_SEALS, kSeals) != 0) throw_errno("SOCKET", "F_ADD_SEALS");
  return fd;
}

void send_descriptor(int socket, int fd) {
  Envelope envelope;
  cmsghdr* header = CMSG_FIRSTHDR(&envelope.message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof fd);
  std::memcpy(CMSG_DATA(header), &fd, sizeof fd);
  if (::sendmsg(socket, &envelope.message, MSG_NOSIGNAL) != 1)
    throw_errno("CONNECT_REFUSED", "sendmsg");
}

UniqueFd receive_descriptor(int socket) {
  Envelope envelope;
  const ssize_t got = ::recvmsg(socket, &envelope.message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
  if (got < 0) throw_errno("CONNECT_REFUSED", "recvmsg");
  const cmsghdr* header = CMSG_FIRSTHDR(&envelope.message);
  if (header == nullptr || header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS ||
      header->cmsg_len != CMSG_LEN(sizeof(int))) {
    throw_fault("CONNECT_REFUSED", "recvmsg", "recvmsg: the peer handed over no memory");
  }
  int fd = -1;
  std::memcpy(&fd, CMSG_DATA(header), sizeof fd);
  return UniqueFd(fd);
}

}  // namespace

ShmSegment::ShmSegment(int fd, std::size_t bytes) : bytes_(bytes) {
  // Populated: no page fault falls into the measurement.
  void* memory =
      ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd, 0);
  if (memory == MAP_FAILED) throw_errno("NO_MEMORY", "mmap");
  memory_ = static_cast<std::uint8_t*>(memory);
}

ShmSegment::ShmSegment(ShmSegment&& other) noexcept
    : memory_(std::exchange(other.memory_, nullptr)), bytes_(other.bytes_) {}

ShmSegment& ShmSegment::operator=(ShmSegment&& other) noexcept {
  if (this != &other) {
    reset();
    memory_ = std::exchange(other.memory_, nullptr);
    bytes_ = other.bytes_;
  }
  return *this;
}

ShmSegment ShmSegment::share(int socket, std::size_t bytes) {
  const UniqueFd fd = make_sealed(bytes);
  ShmSegment segment(fd.get(), bytes);
  send_descriptor(socket, fd.get());
  return segment;
}

ShmSegment ShmSegment::take(int socket, std::size_t bytes, const Deadline& deadline) {
  deadline.wait(socket, POLLIN, "connect");
  const UniqueFd fd = receive_descriptor(socket);
  struct stat found {};
  const int seals = ::fcntl(fd.get(), F_GET_SEALS);
  if (seals < 0 || (seals & F_SEAL_SHRINK) == 0 || ::fstat(fd.get(), &found) != 0)
    throw_fault("CONNECT_REFUSED", "connect", "connect: the peer's memory is not sealed");
  if (found.st_size != static_cast<off_t>(bytes)) {
    throw_fault("BAD_SPEC", "connect",
                "the two ends differ in message size or number of connections");
  }
  return ShmSegment(fd.get(), bytes);
}

void ShmSegment::reset() noexcept {
  if (memory_ != nullptr) ::munmap(std::exchange(memory_, nullptr), bytes_);
}

}  // namespace xr
