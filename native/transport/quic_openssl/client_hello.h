#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>

namespace xr::ossl {

// What a client says first, as OpenSSL hands it over: bytes of whoever comes.

/// The one name of a list of server names, where there is no other (RFC 6066 section 3).
inline std::optional<std::string_view> only_server_name(
    std::span<const std::uint8_t> list) noexcept {
  // Length of the list, type of the name, length of the name.
  constexpr std::size_t kHeaderBytes = 5;
  constexpr std::uint8_t kHostName = 0;
  const auto number_at = [&](std::size_t at) { return std::size_t{list[at]} << 8 | list[at + 1]; };
  if (list.size() < kHeaderBytes || number_at(0) != list.size() - 2 || list[2] != kHostName ||
      number_at(3) != list.size() - kHeaderBytes)
    return std::nullopt;
  return std::string_view(reinterpret_cast<const char*>(list.data()) + kHeaderBytes,
                          list.size() - kHeaderBytes);
}

/// Where `wanted` stands in a list of protocols, each with its length before it (RFC 7301 section
/// 3.1); null: nowhere.
inline const std::uint8_t* find_protocol(std::span<const std::uint8_t> offered,
                                         std::string_view wanted) noexcept {
  for (std::size_t at = 0; at < offered.size();) {
    const std::size_t bytes = offered[at];
    const std::uint8_t* const name = offered.data() + at + 1;
    if (bytes > offered.size() - at - 1) break;
    if (bytes == wanted.size() && std::memcmp(name, wanted.data(), bytes) == 0) return name;
    at += 1 + bytes;
  }
  return nullptr;
}

}  // namespace xr::ossl
