#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <string_view>
#include <unordered_map>

#include "transport/quic/ngtcp2_compat.h"

namespace xr {

class PerfPeer;

/// Which connection a packet belongs to, by the connection ID it is addressed to.
class PerfCidMap {
 public:
  void add(const ngtcp2_cid& cid, PerfPeer& peer) { peers_.insert_or_assign(key_of(cid), &peer); }
  /// Unless the ID is another connection's by now.
  void remove(const ngtcp2_cid& cid, const PerfPeer& peer) {
    const auto found = peers_.find(key_of(cid));
    if (found != peers_.end() && found->second == &peer) peers_.erase(found);
  }

  PerfPeer* find(const std::uint8_t* cid, std::size_t length) const noexcept {
    if (length > NGTCP2_MAX_CIDLEN) return nullptr;
    const auto found = peers_.find(key_of(cid, length));
    return found == peers_.end() ? nullptr : found->second;
  }

 private:
  struct Key {
    std::size_t length = 0;
    std::uint8_t bytes[NGTCP2_MAX_CIDLEN] = {};
    bool operator==(const Key& other) const noexcept = default;
  };
  struct Hash {
    std::size_t operator()(const Key& key) const noexcept {
      return std::hash<std::string_view>()({reinterpret_cast<const char*>(key.bytes), key.length});
    }
  };

  static Key key_of(const std::uint8_t* cid, std::size_t length) noexcept {
    Key key;
    key.length = length;
    std::memcpy(key.bytes, cid, length);
    return key;
  }
  static Key key_of(const ngtcp2_cid& cid) noexcept { return key_of(cid.data, cid.datalen); }

  std::unordered_map<Key, PerfPeer*, Hash> peers_;
};

}  // namespace xr
