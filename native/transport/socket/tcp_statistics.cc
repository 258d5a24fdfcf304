#include "transport/socket/tcp_statistics.h"

// Not <netinet/tcp.h>, whose tcp_info ends where that of Linux 2.6 did.
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <limits>
#include <optional>
#include <vector>

#include "base/units.h"

namespace xr {
namespace {

/// TCP_INFINITE_SSTHRESH in include/net/tcp.h of Linux.
constexpr std::uint32_t kNoThreshold = 0x7fff'ffff;

using Count = std::optional<std::uint64_t>;

/// Whatever of it the kernel knows.
struct Info {
  tcp_info info{};
  std::size_t length = 0;

  /// Empty where this kernel's tcp_info ends before the member.
  template <class T>
  Count member(T tcp_info::* pointer) const noexcept {
    const auto* at = reinterpret_cast<const char*>(&(info.*pointer));
    const auto begin = static_cast<std::size_t>(at - reinterpret_cast<const char*>(&info));
    const std::size_t end = begin + sizeof(T);
    if (end > length) return std::nullopt;
    return info.*pointer;
  }
};

Count times(Count count, std::uint64_t factor) {
  return count ? Count(*count * factor) : std::nullopt;
}

/// More than this is no rate but the absence of a limit; it also keeps to what JSON can hold
/// exactly.
constexpr std::uint64_t kMostBytesPerSec = std::uint64_t{1} << 49;

/// A measure of which zero, or all ones, means that there is none yet.
template <class T>
Count known(const Info& info, T tcp_info::* pointer) {
  const Count value = info.member(pointer);
  return value && *value != 0 && *value != std::numeric_limits<T>::max() ? value : std::nullopt;
}

Count known_rate(const Info& info, __u64 tcp_info::* bytes_per_sec) {
  const Count rate = known(info, bytes_per_sec);
  return rate && *rate < kMostBytesPerSec ? times(rate, 8) : std::nullopt;
}

Count add(Count a, Count b) { return a && b ? Count(*a + *b) : std::nullopt; }

/// The lower one of two in the middle: a value that was seen.
Count median(std::vector<std::uint64_t> values) {
  if (values.empty()) return std::nullopt;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>((values.size() - 1) / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

std::vector<std::uint64_t> known_of(const std::vector<TcpStatistics>& all,
                                    Count TcpStatistics::* member) {
  std::vector<std::uint64_t> values;
  for (const TcpStatistics& one : all)
    if (one.*member) values.push_back(*(one.*member));
  return values;
}

}  // namespace

std::optional<TcpStatistics> read_tcp_statistics(int fd) noexcept {
  Info info;
  socklen_t length = sizeof info.info;
  if (::getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info.info, &length) != 0) return std::nullopt;
  info.length = length;
  TcpStatistics tcp;
  tcp.connections = 1;
  tcp.segments_sent = info.member(&tcp_info::tcpi_segs_out);
  tcp.segments_received = info.member(&tcp_info::tcpi_segs_in);
  tcp.segments_retransmitted = info.member(&tcp_info::tcpi_total_retrans);
  tcp.bytes_sent = info.member(&tcp_info::tcpi_bytes_sent);
  tcp.bytes_retransmitted = info.member(&tcp_info::tcpi_bytes_retrans);
  tcp.bytes_received = info.member(&tcp_info::tcpi_bytes_received);
  tcp.duplicates_reported = info.member(&tcp_info::tcpi_dsack_dups);
  tcp.reorderings_seen = info.member(&tcp_info::tcpi_reord_seen);
  tcp.congestion_marks = info.member(&tcp_info::tcpi_delivered_ce);
  tcp.busy_ns = times(info.member(&tcp_info::tcpi_busy_time), kNsPerUs);
  tcp.receive_window_limited_ns = times(info.member(&tcp_info::tcpi_rwnd_limited), kNsPerUs);
  tcp.send_buffer_limited_ns = times(info.member(&tcp_info::tcpi_sndbuf_limited), kNsPerUs);
  tcp.smoothed_rtt_ns = times(known(info, &tcp_info::tcpi_rtt), kNsPerUs);
  // Of no measure there is no variation; of one, it may be zero.
  if (tcp.smoothed_rtt_ns)
    tcp.rtt_variation_ns = times(info.member(&tcp_info::tcpi_rttvar), kNsPerUs);
  tcp.min_rtt_ns = times(known(info, &tcp_info::tcpi_min_rtt), kNsPerUs);
  const std::uint64_t segment_bytes = info.info.tcpi_snd_mss;
  tcp.congestion_window_bytes = times(info.member(&tcp_info::tcpi_snd_cwnd), segment_bytes);
  if (info.info.tcpi_snd_ssthresh < kNoThreshold)
    tcp.slow_start_threshold_bytes =
        times(info.member(&tcp_info::tcpi_snd_ssthresh), segment_bytes);
  tcp.delivery_rate_bits_per_sec = known_rate(info, &tcp_info::tcpi_delivery_rate);
  tcp.pacing_rate_bits_per_sec = known_rate(info, &tcp_info::tcpi_pacing_rate);
  return tcp;
}

std::uint64_t bytes_behind_a_hole(int fd) noexcept {
  tcp_info info{};
  socklen_t length = sizeof info;
  if (::getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &length) != 0) return 0;
  return std::uint64_t{info.tcpi_sacked} * info.tcpi_snd_mss;
}

std::optional<TcpStatistics> summarise(const std::vector<TcpReading>& readings) {
  if (readings.empty()) return std::nullopt;
  std::vector<TcpStatistics> all;
  std::vector<TcpStatistics> sending;
  for (const auto& [statistics, sends] : readings) {
    all.push_back(statistics);
    if (sends) sending.push_back(statistics);
  }
  if (sending.empty()) sending = all;
  TcpStatistics sum = all.front();
  for (std::size_t i = 1; i < all.size(); ++i) {
    sum.connections += all[i].connections;
    for (const auto member :
         {&TcpStatistics::segments_sent, &TcpStatistics::segments_received,
          &TcpStatistics::segments_retransmitted, &TcpStatistics::bytes_sent,
          &TcpStatistics::bytes_retransmitted, &TcpStatistics::bytes_received,
          &TcpStatistics::duplicates_reported, &TcpStatistics::reorderings_seen,
          &TcpStatistics::congestion_marks, &TcpStatistics::busy_ns,
          &TcpStatistics::receive_window_limited_ns, &TcpStatistics::send_buffer_limited_ns}) {
      sum.*member = add(sum.*member, all[i].*member);
    }
  }
  for (const auto member : {&TcpStatistics::smoothed_rtt_ns, &TcpStatistics::rtt_variation_ns,
                            &TcpStatistics::congestion_window_bytes,
                            &TcpStatistics::slow_start_threshold_bytes}) {
    sum.*member = median(known_of(sending, member));
  }
  const auto rtts = known_of(sending, &TcpStatistics::min_rtt_ns);
  sum.min_rtt_ns = rtts.empty() ? std::nullopt : Count(*std::ranges::min_element(rtts));
  for (const auto member : {&TcpStatistics::delivery_rate_bits_per_sec,
                            &TcpStatistics::pacing_rate_bits_per_sec}) {
    Count rate = 0;
    for (const TcpStatistics& one : sending) rate = add(rate, one.*member);
    sum.*member = rate;
  }
  return sum;
}

}  // namespace xr
