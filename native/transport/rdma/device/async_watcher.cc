#include "transport/rdma/device/async_watcher.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>

#include <array>
#include <string>
#include <system_error>

namespace xr {
namespace {

bool is_fatal(ibv_event_type type) {
  switch (type) {
    case IBV_EVENT_CQ_ERR:
    case IBV_EVENT_QP_FATAL:
    case IBV_EVENT_QP_REQ_ERR:
    case IBV_EVENT_QP_ACCESS_ERR:
    case IBV_EVENT_DEVICE_FATAL:
    case IBV_EVENT_PORT_ERR: return true;
    default: return false;
  }
}

const char* cause_of(ibv_event_type type) {
  switch (type) {
    case IBV_EVENT_PORT_ERR: return ": the port went down";
    case IBV_EVENT_CQ_ERR: return ": a completion queue ran over";
    case IBV_EVENT_QP_ACCESS_ERR: return ": the peer used a key or address that does not allow it";
    case IBV_EVENT_DEVICE_FATAL: return ": the device failed; dmesg says more";
    default: return "";
  }
}

}  // namespace

AsyncWatcher::AsyncWatcher(ibv_context* context, std::function<void()> on_fatal)
    : context_(context),
      on_fatal_(std::move(on_fatal)),
      wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (!wake_) throw_errno("SOCKET", "eventfd");
  if (::fcntl(context->async_fd, F_SETFL, O_NONBLOCK) != 0) throw_errno("RDMA_SETUP", "fcntl");
  try {
    thread_ = std::thread([this] { listen(); });
  } catch (const std::system_error& error) {
    throw_errno("THREAD", "pthread_create", error.code().value());
  }
}

std::optional<Fault> AsyncWatcher::finish() {
  if (thread_.joinable()) {
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t written = ::write(wake_.get(), &one, sizeof one);
    thread_.join();
  }
  if (!fatal_) return std::nullopt;
  return Fault{"RDMA_ASYNC", "ibv_get_async_event", 0,
               std::string("the device reported ") + verbs().event_type_str(*fatal_) +
                   cause_of(*fatal_)};
}

/// Makes no words: memory that is short would end the process here.
void AsyncWatcher::listen() noexcept {
  std::array<pollfd, 2> watched{{{wake_.get(), POLLIN, 0}, {context_->async_fd, POLLIN, 0}}};
  for (;;) {
    if (::poll(watched.data(), watched.size(), -1) < 0 && errno != EINTR) return;
    ibv_async_event event{};
    while (verbs().get_async_event(context_, &event) == 0) {
      if (is_fatal(event.event_type) && !fatal_) {
        fatal_ = event.event_type;
        on_fatal_();
      }
      verbs().ack_async_event(&event);
    }
    if (watched[0].revents != 0) return;
  }
}

}  // namespace xr
