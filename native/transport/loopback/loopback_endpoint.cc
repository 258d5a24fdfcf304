#include "transport/loopback/loopback_endpoint.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>

#include "base/error.h"
#include "transport/loopback/loopback_carrier.h"
#include "transport/loopback/loopback_link.h"
#include "transport/message/header_bytes.h"
#include "transport/running.h"
#include "transport/socket/blob.h"

namespace xr {
namespace {

/// What the two ends share.
struct Meeting {
  explicit Meeting(const EndpointSpec& spec)
      : message_bytes(spec.message_bytes),
        streams(spec.uses_messages() ? spec.link_count() : 0) {
    for (unsigned i = 0; i < spec.link_count(); ++i)
      wires.push_back(std::make_unique<LoopbackWire>(spec.message_bytes));
  }

  void close() noexcept {
    for (const auto& wire : wires) wire->close();
    streams.close();
    {
      const std::lock_guard lock(mutex);
      closed = true;
    }
    changed.notify_all();
  }

  std::uint64_t message_bytes;
  std::vector<std::unique_ptr<LoopbackWire>> wires;
  /// Of a workload over messages.
  LoopbackStreams streams;
  std::mutex mutex;
  std::condition_variable changed;
  bool client_is_here = false;
  bool closed = false;
};

/// Servers that wait for their client, by token.
class Registry {
 public:
  void add(const Token& token, const std::shared_ptr<Meeting>& meeting) {
    const std::lock_guard lock(mutex_);
    meetings_[token] = meeting;
  }
  std::shared_ptr<Meeting> take(const Token& token) {
    const std::lock_guard lock(mutex_);
    const auto found = meetings_.find(token);
    if (found == meetings_.end()) return nullptr;
    auto meeting = found->second.lock();
    meetings_.erase(found);
    return meeting;
  }
  void remove(const Token& token) {
    const std::lock_guard lock(mutex_);
    meetings_.erase(token);
  }

 private:
  std::mutex mutex_;
  std::map<Token, std::weak_ptr<Meeting>> meetings_;
};

/// Process-wide, because the two ends may belong to different environments of Node.
Registry& registry() {
  static Registry instance;
  return instance;
}

class LoopbackEndpoint final : public Running<Endpoint> {
 public:
  explicit LoopbackEndpoint(const EndpointSpec& spec)
      : Running<Endpoint>(spec), token_(random_token()) {}
  ~LoopbackEndpoint() override { close(); }

  Blob open() override {
    if (spec_.side == Side::kServer) {
      set_meeting(std::make_shared<Meeting>(spec_));
      registry().add(token_, meeting_);
    }
    return encode_blob({TransportKind::kLoopback, token_, {}});
  }

  void connect(const Blob& peer) override {
    const SocketBlob blob = decode_blob(peer, TransportKind::kLoopback, 0);
    if (spec_.side == Side::kServer) {
      await_client();
      return;
    }
    auto meeting = registry().take(blob.token);
    if (!meeting)
      throw_fault("CONNECT_REFUSED", "connect",
                  "connect: no such loopback endpoint in this process");
    if (meeting->message_bytes != spec_.message_bytes ||
        meeting->wires.size() != spec_.link_count()) {
      throw_fault("BAD_SPEC", "connect",
                  "the two ends differ in message size or number of connections");
    }
    {
      const std::lock_guard lock(meeting->mutex);
      meeting->client_is_here = true;
    }
    meeting->changed.notify_all();
    set_meeting(std::move(meeting));
  }

  RunOutcome run(RunBoard& board, const std::function<void()>& on_measured) override {
    RunOutcome outcome = run_all(
        board, on_measured,
        [&](auto wait, unsigned i, const auto& visit) { with_link<wait()>(i, visit); });
    outcome.effective = effective();
    return outcome;
  }

  void stop() noexcept override {
    Running<Endpoint>::stop();
    const std::lock_guard lock(mutex_);
    if (meeting_) meeting_->close();
  }

  EffectiveSettings effective() const override {
    EffectiveSettings settings;
    settings.header_bytes = header_bytes_of(spec_);
    return settings;
  }

  void close() noexcept override {
    registry().remove(token_);
    const std::lock_guard lock(mutex_);
    if (meeting_) meeting_->close();
    meeting_.reset();
  }

 private:
  template <WaitPolicy kWait, class Visitor>
  void with_link(unsigned i, const Visitor& visit) {
    const StopFlag& stop_flag = waker_.flag();
    if (spec_.uses_messages()) {
      LoopbackMessages<kWait> link({meeting_->streams, spec_.side, stop_flag},
                                   message_shape_of(spec_), stop_flag);
      return visit(kForMessages, link);
    }
    LoopbackWire& wire = *meeting_->wires[i];
    const bool client = spec_.side == Side::kClient;
    LoopbackLink<kWait> link(client ? wire.up : wire.down, client ? wire.down : wire.up,
                             spec_.message_bytes, spec_.wait_ns(), stop_flag);
    visit(kForPingPong | kForStream, link);
  }

  void set_meeting(std::shared_ptr<Meeting> meeting) {
    const std::lock_guard lock(mutex_);
    meeting_ = std::move(meeting);
    if (waker_.flag().is_set()) meeting_->close();
  }

  void await_client() {
    std::unique_lock lock(meeting_->mutex);
    const auto limit = std::chrono::nanoseconds(spec_.connect_timeout_ns);
    if (!meeting_->changed.wait_for(
            lock, limit, [this] { return meeting_->client_is_here || meeting_->closed; })) {
      throw_fault("CONNECT_TIMEOUT", "accept", "accept: the peer did not answer in time");
    }
    if (waker_.flag().is_set()) throw_fault("STOPPED", "accept", "stopped while connecting");
    if (!meeting_->client_is_here)
      throw_fault("PEER_CLOSED", "accept", "accept: the peer went away");
  }

  Token token_;
  std::mutex mutex_;
  std::shared_ptr<Meeting> meeting_;
};

}  // namespace

std::unique_ptr<Endpoint> make_loopback_endpoint(const EndpointSpec& spec) {
  return std::make_unique<LoopbackEndpoint>(spec);
}

}  // namespace xr
