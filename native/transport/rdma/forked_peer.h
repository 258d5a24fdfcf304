#pragma once

#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <new>
#include <stdexcept>

#include "base/unique_fd.h"
#include "transport/rdma/rdma_pair.h"

namespace xr::test {

/// The serving end in a process of its own, which can be killed. Made while this process has one
/// thread.
class ForkedPeer {
 public:
  explicit ForkedPeer(EndpointSpec spec) {
    spec.side = Side::kServer;
    std::array<int, 2> ends{};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0)
      throw_errno("SOCKET", "socketpair");
    void* shared =
        ::mmap(nullptr, sizeof(RunBoard), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
               0);
    if (shared == MAP_FAILED) throw_errno("NO_MEMORY", "mmap");
    board_ = new (shared) RunBoard(spec.phases);
    process_ = ::fork();
    if (process_ == 0) {
      ::close(ends[0]);
      ::_exit(serve(ends[1], spec, *board_));
    }
    ::close(ends[1]);
    channel_ = UniqueFd(ends[0]);
    if (process_ < 0) throw_errno("PROCESS", "fork");
    std::uint32_t length = 0;
    take(channel_.get(), &length, sizeof length);
    blob_.resize(length);
    take(channel_.get(), blob_.data(), blob_.size());
  }
  ~ForkedPeer() {
    kill();
    board_->~RunBoard();
    ::munmap(board_, sizeof(RunBoard));
  }
  ForkedPeer(const ForkedPeer&) = delete;
  ForkedPeer& operator=(const ForkedPeer&) = delete;

  const Blob& blob() const noexcept { return blob_; }

  /// Returns when the peer has connected; it runs from then on.
  void connect(const Blob& mine) {
    put(channel_.get(), mine);
    char connected = 0;
    take(channel_.get(), &connected, 1);
  }

  /// How far it is.
  RunBoard::Standing standing() const noexcept { return board_->standing(); }

  void kill() noexcept {
    if (process_ <= 0) return;
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
    process_ = -1;
  }

 private:
  static void take(int fd, void* to, std::size_t bytes) {
    auto* at = static_cast<std::uint8_t*>(to);
    while (bytes > 0) {
      const ssize_t got = ::read(fd, at, bytes);
      if (got <= 0) throw std::runtime_error("the forked peer ended");
      at += got;
      bytes -= static_cast<std::size_t>(got);
    }
  }
  static void put(int fd, const Blob& blob) {
    const auto length = static_cast<std::uint32_t>(blob.size());
    if (::send(fd, &length, sizeof length, MSG_NOSIGNAL) != sizeof length ||
        ::send(fd, blob.data(), blob.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(blob.size()))
      throw std::runtime_error("the forked peer takes nothing");
  }

  static int serve(int fd, const EndpointSpec& spec, RunBoard& board) noexcept {
    try {
      const auto endpoint = make_endpoint(spec);
      put(fd, endpoint->open());
      std::uint32_t length = 0;
      take(fd, &length, sizeof length);
      Blob theirs(length);
      take(fd, theirs.data(), theirs.size());
      endpoint->connect(theirs);
      const char connected = 'c';
      if (::send(fd, &connected, 1, MSG_NOSIGNAL) != 1) return 1;
      endpoint->run(board, {});
      return 0;
    } catch (...) {
      return 1;
    }
  }

  pid_t process_ = -1;
  UniqueFd channel_;
  Blob blob_;
  RunBoard* board_ = nullptr;
};

}  // namespace xr::test
