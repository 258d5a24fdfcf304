#pragma once

namespace xr {

/// What may be under way on a thread of its own when it has to end.
class Stoppable {
 public:
  virtual ~Stoppable() = default;
  Stoppable(const Stoppable&) = delete;
  Stoppable& operator=(const Stoppable&) = delete;

  /// Any thread, any time, any number of times: ends what is under way soon.
  virtual void stop() noexcept = 0;

 protected:
  Stoppable() = default;
};

}  // namespace xr
