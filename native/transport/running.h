#pragma once

#include <functional>

#include "measure/clock.h"
#include "transport/endpoint_spec.h"
#include "transport/run_links.h"
#include "transport/wait/waker.h"

namespace xr {

/// What all that run links have: what they were asked for, the clock that both ends share, and what
/// stops them. `Base` is what they are to their owner.
template <class Base>
class Running : public Base {
 public:
  void stop() noexcept override { waker_.stop(); }

 protected:
  explicit Running(const EndpointSpec& spec) : spec_(spec), origin_(read_clock_pair()) {}

  /// All links, each on a thread of its own; `with_link` as in run_links.h.
  template <class WithLink>
  RunOutcome run_all(RunBoard& board, const std::function<void()>& on_measured,
                     const WithLink& with_link) {
    return run_links(
        spec_, origin_, waker_.flag(), [this] { this->stop(); }, board, on_measured, with_link);
  }

  EndpointSpec spec_;
  ClockPair origin_;
  Waker waker_;
};

}  // namespace xr
