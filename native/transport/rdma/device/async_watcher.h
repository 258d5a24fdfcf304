#pragma once

#include <functional>
#include <optional>
#include <thread>

#include "base/error.h"
#include "base/unique_fd.h"
#include "transport/rdma/device/verbs.h"

namespace xr {

/// Listens for what a device says by itself while a run is under way: a port that goes down, a
/// queue pair in error, a device that fails. The first such event is kept and ends the run.
class AsyncWatcher {
 public:
  AsyncWatcher(ibv_context* context, std::function<void()> on_fatal);
  ~AsyncWatcher() { finish(); }
  AsyncWatcher(const AsyncWatcher&) = delete;
  AsyncWatcher& operator=(const AsyncWatcher&) = delete;

  /// Ends the listening. What was fatal, if anything was.
  std::optional<Fault> finish();

 private:
  void listen() noexcept;

  ibv_context* context_;
  std::function<void()> on_fatal_;
  UniqueFd wake_;
  std::optional<ibv_event_type> fatal_;
  std::thread thread_;
};

}  // namespace xr
