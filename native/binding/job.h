#pragma once

#include <napi.h>

#include <exception>
#include <functional>
#include <memory>
#include <thread>

#include "transport/wait/stoppable.h"

namespace xr::js {

/// One blocking call on a thread of its own, never libuv's pool. It belongs to its
/// thread-safe function and dies with it, at the end of the work or of the environment, whichever
/// comes first.
class Job {
 public:
  /// On the thread. May throw.
  using Work = std::function<void(Job&)>;
  /// On the JavaScript thread, once, after the thread has ended; gives the promise's value, or
  /// throws what rejects it.
  using Settle = std::function<Napi::Value(Napi::Env)>;

  struct Plan {
    Work work;
    Settle settle;
    /// On the JavaScript thread, before `settle`, however the work ended.
    std::function<void()> ended;
    /// The wrapper, kept alive meanwhile.
    Napi::Object self;
    /// Called on each `notify()`; may be empty.
    Napi::Function notified;
  };

  /// `stoppable` is what `work` uses, and is stopped when the environment ends before it.
  static Napi::Promise start(Napi::Env env, std::shared_ptr<Stoppable> stoppable, Plan plan);

  /// From the thread: has `notified` called on the JavaScript thread.
  void notify() noexcept;

  Job(const Job&) = delete;
  Job& operator=(const Job&) = delete;

 private:
  enum class Event { kNotified, kDone };
  static void on_event(Napi::Env env, Napi::Function, Job* job, Event* event);
  using Channel = Napi::TypedThreadSafeFunction<Job, Event, on_event>;
  using Hook = Napi::Env::CleanupHook<void (*)(Job*), Job>;

  Job(Napi::Env env, std::shared_ptr<Stoppable> stoppable, Plan plan);
  void run() noexcept;
  void post(Event event) noexcept;
  void done(Napi::Env env);
  /// The environment ends while the work is under way: the thread must be gone before anything it
  /// uses is.
  static void on_teardown(Job* job);

  std::shared_ptr<Stoppable> stoppable_;
  Work work_;
  Settle settle_;
  std::function<void()> ended_;
  Napi::Promise::Deferred deferred_;
  Napi::ObjectReference self_;
  Napi::FunctionReference notified_;
  std::exception_ptr failure_;
  Channel channel_;
  Hook hook_;
  std::thread thread_;
};

}  // namespace xr::js
