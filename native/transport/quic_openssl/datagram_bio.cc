#include "transport/quic_openssl/datagram_bio.h"

#include <cstring>

namespace xr::ossl {
namespace {

/// One number for the process: they are few, and never given back.
int bio_type() {
  static const int type = api().BIO_get_new_index() | kBioTypeSourceSink;
  return type;
}

BIO_MSG& at(BIO_MSG* messages, std::size_t stride, std::size_t i) noexcept {
  return *reinterpret_cast<BIO_MSG*>(reinterpret_cast<std::uint8_t*>(messages) + i * stride);
}

}  // namespace

DatagramBio::DatagramBio()
    : method_(api().BIO_meth_new(bio_type(), "xrbench datagrams"), api().BIO_meth_free) {
  require(method_ != nullptr, "BIO_meth_new");
  require(api().BIO_meth_set_recvmmsg(method_.get(), &DatagramBio::read) == 1 &&
              api().BIO_meth_set_sendmmsg(method_.get(), &DatagramBio::write) == 1 &&
              api().BIO_meth_set_ctrl(method_.get(), &DatagramBio::control) == 1,
          "BIO_meth_set");
}

DatagramBio::~DatagramBio() = default;

BIO* DatagramBio::make() {
  BIO* bio = api().BIO_new(method_.get());
  require(bio != nullptr, "BIO_new");
  api().BIO_set_data(bio, this);
  api().BIO_set_init(bio, 1);
  return bio;
}

int DatagramBio::read(BIO* bio, BIO_MSG* messages, std::size_t stride, std::size_t count,
                      std::uint64_t, std::size_t* done) noexcept {
  auto* self = static_cast<DatagramBio*>(api().BIO_get_data(bio));
  std::size_t filled = 0;
  while (filled < count && self->next_ < self->count_) {
    const Datagram& from = self->waiting_[self->next_++];
    BIO_MSG& to = at(messages, stride, filled);
    // Larger than any packet that OpenSSL asks its peer for: none of ours.
    if (from.length > to.data_len) continue;
    std::memcpy(to.data, from.data, from.length);
    to.data_len = from.length;
    to.flags = 0;
    ++filled;
  }
  if (self->next_ == self->count_) self->forget();
  self->received_ += filled;
  *done = filled;
  if (filled > 0) [[likely]]
    return 1;
  // "Nothing now", in the words that its reader expects.
  api().ERR_new();
  api().ERR_set_error(kErrLibBio, kBioReasonNonFatal, nullptr);
  return 0;
}

int DatagramBio::write(BIO* bio, BIO_MSG* messages, std::size_t stride, std::size_t count,
                       std::uint64_t, std::size_t* done) noexcept {
  auto* self = static_cast<DatagramBio*>(api().BIO_get_data(bio));
  for (std::size_t i = 0; i < count; ++i) {
    BIO_MSG& message = at(messages, stride, i);
    if (message.data_len > self->largest_sent_bytes_) [[unlikely]]
      self->largest_sent_bytes_ = message.data_len;
    if (self->send_ != nullptr)
      self->send_(self->context_, static_cast<const std::uint8_t*>(message.data), message.data_len);
    message.flags = 0;
  }
  *done = count;
  return 1;
}

long DatagramBio::control(BIO*, int command, long, void*) noexcept {
  // No addresses, no descriptor to poll, no limit of size: OpenSSL has its own defaults then.
  return command == kBioCtrlFlush ? 1 : 0;
}

}  // namespace xr::ossl
