#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "transport/quic_openssl/openssl_error.h"

namespace xr::ossl {

/// What OpenSSL takes for the network: it reads the datagrams that were put in, and each one it
/// writes is handed to whoever sends now. Neither waits, so that sockets and waiting stay ours.
class DatagramBio {
 public:
  using Send = void (*)(void* context, const std::uint8_t* data, std::size_t length);

  DatagramBio();
  ~DatagramBio();
  DatagramBio(const DatagramBio&) = delete;
  DatagramBio& operator=(const DatagramBio&) = delete;

  /// For SSL_set_bio(3), which takes a reference over; the object must outlive it.
  BIO* make();

  void send_by(Send send, void* context) noexcept {
    send_ = send;
    context_ = context;
  }

  /// The bytes stay the caller's, and have to stay until they are read.
  void put(const std::uint8_t* data, std::size_t length) noexcept {
    if (count_ < kSlots) waiting_[count_++] = {data, length};
  }
  bool has_room() const noexcept { return count_ < kSlots; }
  /// Something put in was not read yet.
  bool is_waiting() const noexcept { return next_ < count_; }
  void forget() noexcept { next_ = count_ = 0; }

  std::uint64_t received() const noexcept { return received_; }
  std::size_t largest_sent_bytes() const noexcept { return largest_sent_bytes_; }

 private:
  /// As many as OpenSSL asks for at once.
  static constexpr std::size_t kSlots = 32;

  struct Datagram {
    const std::uint8_t* data;
    std::size_t length;
  };

  static int read(BIO* bio, BIO_MSG* messages, std::size_t stride, std::size_t count,
                  std::uint64_t flags, std::size_t* done) noexcept;
  static int write(BIO* bio, BIO_MSG* messages, std::size_t stride, std::size_t count,
                   std::uint64_t flags, std::size_t* done) noexcept;
  static long control(BIO* bio, int command, long number, void* pointer) noexcept;

  Owned<BIO_METHOD> method_;
  Send send_ = nullptr;
  void* context_ = nullptr;
  Datagram waiting_[kSlots];
  std::size_t next_ = 0;
  std::size_t count_ = 0;
  std::uint64_t received_ = 0;
  std::size_t largest_sent_bytes_ = 0;
};

}  // namespace xr::ossl
