#include "binding/job.h"

#include <system_error>
#include <utility>

#include "binding/js_error.h"

namespace xr::js {

Job::Job(Napi::Env env, std::shared_ptr<Stoppable> stoppable, Plan plan)
    : stoppable_(std::move(stoppable)),
      work_(std::move(plan.work)),
      settle_(std::move(plan.settle)),
      ended_(std::move(plan.ended)),
      deferred_(Napi::Promise::Deferred::New(env)),
      self_(Napi::Persistent(plan.self)) {
  if (!plan.notified.IsEmpty()) notified_ = Napi::Persistent(plan.notified);
}

Napi::Promise Job::start(Napi::Env env, std::shared_ptr<Stoppable> stoppable, Plan plan) {
  Job* job = new Job(env, std::move(stoppable), std::move(plan));
  const Napi::Promise promise = job->deferred_.Promise();
  job->channel_ =
      Channel::New(env, "xrbench", 0, 1, job, [](Napi::Env, void*, Job* ended) { delete ended; });
  job->hook_ = env.AddCleanupHook(&Job::on_teardown, job);
  try {
    job->thread_ = std::thread([job] { job->run(); });
  } catch (const std::system_error& error) {
    job->failure_ = std::make_exception_ptr(
        Error(errno_fault("THREAD", "pthread_create", error.code().value())));
    job->post(Event::kDone);
    job->channel_.Release();
  }
  return promise;
}

void Job::run() noexcept {
  try {
    work_(*this);
  } catch (...) {
    failure_ = std::current_exception();
  }
  // After Release nothing of the job may be touched: its finalizer may run at once.
  Channel channel = channel_;
  post(Event::kDone);
  channel.Release();
}

void Job::notify() noexcept { post(Event::kNotified); }

void Job::post(Event event) noexcept {
  auto* copy = new (std::nothrow) Event(event);
  if (copy != nullptr && channel_.NonBlockingCall(copy) != napi_ok) delete copy;
}

void Job::on_event(Napi::Env env, Napi::Function, Job* job, Event* event) {
  const std::unique_ptr<Event> owned(event);
  // Left over at the end of the environment: JavaScript can no longer be called.
  if (static_cast<napi_env>(env) == nullptr) return;
  const Napi::HandleScope scope(env);
  if (*owned == Event::kDone) {
    job->done(env);
  } else if (!job->notified_.IsEmpty()) {
    job->notified_.Call({});
  }
}

void Job::done(Napi::Env env) {
  if (thread_.joinable()) thread_.join();
  hook_.Remove(env);
  ended_();
  try {
    if (failure_) std::rethrow_exception(failure_);
    deferred_.Resolve(settle_(env));
  } catch (const Error& error) {
    deferred_.Reject(to_error(env, error.fault()).Value());
  } catch (const Napi::Error& error) {
    deferred_.Reject(error.Value());
  } catch (const std::bad_alloc&) {
    deferred_.Reject(to_error(env, Fault{"NO_MEMORY", "allocate", ENOMEM,
                                         "not enough memory for this message size"})
                         .Value());
  } catch (const std::exception& error) {
    deferred_.Reject(to_error(env, Fault{"INTERNAL", "run", 0, error.what()}).Value());
  } catch (...) {
    deferred_.Reject(to_error(env, Fault{"INTERNAL", "run", 0, "it failed"}).Value());
  }
  self_.Reset();
  notified_.Reset();
}

void Job::on_teardown(Job* job) {
  job->stoppable_->stop();
  if (job->thread_.joinable()) job->thread_.join();
}

}  // namespace xr::js
