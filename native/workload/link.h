#pragma once

#include <concepts>
#include <optional>

#include "base/error.h"
#include "measure/mark.h"
#include "workload/io.h"

namespace xr {

namespace detail {

template <class Link>
concept HasFault = requires(Link& link) { link.fault(); };

template <class Link>
concept TellsFault = requires(const Link& same) {
  { same.fault() } -> std::convertible_to<std::optional<Fault>>;
};

}  // namespace detail

/// What every link has, whatever it is for:
///   Counters& counters()  where the link counts loss, and the loop or the link messages and bytes
///   void refresh()        brings counters up to date that cost a system call
///   IoFailure failure()   the system call at fault, after kStalled or kError
///   fault()               where it can say more than that, of any kind; else there is none
template <class Link>
concept CountingLink = requires(Link& link, const Link& same) {
  { link.counters() } noexcept -> std::same_as<Counters&>;
  { link.refresh() } noexcept;
  { same.failure() } noexcept -> std::same_as<IoFailure>;
} && (!detail::HasFault<Link> || detail::TellsFault<Link>);

}  // namespace xr
