#include <algorithm>
#include <array>

#include "transport/quic/null_crypto.h"
#include "transport/quic/quic_connection.h"

// Which packets are signs of life. The library drops what its keys do not open, and what came
// before, without a word; but it asks for each packet to be decrypted, and shows its header, whose
// protection is removed by then.

namespace xr {
namespace {

/// Whose packets this thread is reading: what decrypts them is told of no connection.
thread_local QuicConnection* reading = nullptr;

/// A number of which only the last `bytes` are told (RFC 9000 appendix A.3).
std::uint64_t whole_number(std::uint64_t expected, std::uint64_t told, std::size_t bytes) noexcept {
  const std::uint64_t window = std::uint64_t{1} << (8 * bytes);
  const std::uint64_t number = (expected & ~(window - 1)) | told;
  if (number + window / 2 <= expected) return number + window;
  if (number > expected + window / 2 && number >= window) return number - window;
  return number;
}

}  // namespace

int QuicConnection::read(const std::uint8_t* packet, std::size_t length,
                         std::uint64_t now_ns) noexcept {
  const ngtcp2_pkt_info info{};
  reading = this;
  const int result = ngtcp2_conn_read_pkt(conn_, &path_, &info, packet, length, now_ns);
  reading = nullptr;
  if (asks_waiting_.load(std::memory_order_relaxed)) [[unlikely]]
    tell_waiting();
  return result;
}

template <ngtcp2_decrypt kDecrypt>
int QuicConnection::on_decrypt(std::uint8_t* to, const ngtcp2_crypto_aead* aead,
                               const ngtcp2_crypto_aead_ctx* context,
                               const std::uint8_t* ciphertext, std::size_t length,
                               const std::uint8_t* nonce, std::size_t nonce_length,
                               const std::uint8_t* header, std::size_t header_length) noexcept {
  const int result = kDecrypt(to, aead, context, ciphertext, length, nonce, nonce_length, header,
                              header_length);
  // What had to wait for its keys is opened at another time.
  if (result == 0 && reading != nullptr) reading->note_opened(header, header_length);
  return result;
}

void QuicConnection::listen_for_life(ngtcp2_callbacks& callbacks, bool null_crypto) noexcept {
  callbacks.decrypt = null_crypto ? &QuicConnection::on_decrypt<null_decrypt>
                                  : &QuicConnection::on_decrypt<ngtcp2_crypto_decrypt_cb>;
}

void QuicConnection::note_opened(const std::uint8_t* header, std::size_t length) noexcept {
  ++heard_.packets;
  // Those of a handshake have numbers of their own, and its time is limited.
  if ((header[0] & 0x80) != 0) {
    ++heard_.fresh;
    return;
  }
  // Its header ends with the number (RFC 9000 section 17.3.1).
  const std::size_t bytes = (header[0] & 3u) + 1;
  if (length <= bytes) return;
  std::uint64_t told = 0;
  for (std::size_t i = length - bytes; i < length; ++i) told = told << 8 | header[i];
  const std::uint64_t number = whole_number(next_number_, told, bytes);
  if (number < next_number_) return;
  next_number_ = number + 1;
  ++heard_.fresh;
}

bool QuicConnection::is_addressed(const std::uint8_t* packet, std::size_t length) const noexcept {
  // The library asserts that there is something.
  if (length == 0) return false;
  ngtcp2_version_cid header{};
  const int result = ngtcp2_pkt_decode_version_cid(&header, packet, length, kQuicCidBytes);
  if ((result != 0 && result != NGTCP2_ERR_VERSION_NEGOTIATION) ||
      header.dcidlen > NGTCP2_MAX_CIDLEN) {
    return false;
  }
  ngtcp2_cid wanted{};
  ngtcp2_cid_init(&wanted, header.dcid, header.dcidlen);
  if (number_of(wanted, setup_.token) >= 0) return true;
  std::array<ngtcp2_cid, 32> own{};
  const std::size_t count = count_cids(conn_);
  if (count > own.size()) return true;
  ngtcp2_conn_get_scid(conn_, own.data());
  return std::any_of(own.begin(), own.begin() + static_cast<std::ptrdiff_t>(count),
                     [&](const ngtcp2_cid& cid) { return ngtcp2_cid_eq(&cid, &wanted) != 0; });
}

}  // namespace xr
