#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>

#include "transport/tls/tls_options.h"

namespace xr {

/// One direction of a TLS 1.3 session, as the handshake left it.
struct KernelKey {
  std::span<const std::uint8_t> key;
  std::span<const std::uint8_t> iv;
  std::array<std::uint8_t, 8> sequence{};
};

/// Gives a connected TCP socket to the kernel's TLS (Linux's Documentation/networking/tls.rst),
/// which changes nothing as long as it has no keys. False with `errno`: ENOENT where it has no such
/// module.
bool enter_kernel_tls(int fd) noexcept;
bool set_kernel_receive_key(int fd, TlsCipher cipher, const KernelKey& key) noexcept;
bool set_kernel_send_key(int fd, TlsCipher cipher, const KernelKey& key) noexcept;

/// Why the kernel does not take the records of a session of this cipher, found out with a
/// connection of this process to itself; empty where it takes them, or where there is no such
/// connection.
std::string why_no_kernel_tls(TlsCipher cipher);

}  // namespace xr
