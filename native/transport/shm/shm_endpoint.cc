#include "transport/shm/shm_endpoint.h"

#include <sys/socket.h>

#include <mutex>
#include <utility>
#include <vector>

#include "base/error.h"
#include "transport/message/header_bytes.h"
#include "transport/running.h"
#include "transport/shm/shm_bytes.h"
#include "transport/shm/shm_carrier.h"
#include "transport/shm/shm_layout.h"
#include "transport/shm/shm_ring.h"
#include "transport/shm/shm_segment.h"
#include "transport/socket/unix_connections.h"

namespace xr {
namespace {

/// One connection, however many links there are.
EndpointSpec meeting_of(EndpointSpec spec) {
  spec.stream.streams = 1;
  spec.stream.direction = Direction::kUp;
  return spec;
}

class ShmEndpoint final : public Running<Endpoint> {
 public:
  explicit ShmEndpoint(const EndpointSpec& spec)
      : Running<Endpoint>(spec),
        layout_(layout_of(spec)),
        meeting_(meeting_of(spec), {}, SOCK_STREAM) {}
  ~ShmEndpoint() override { close(); }

  Blob open() override { return meeting_.open(); }

  void connect(const Blob& peer) override {
    const Deadline deadline(spec_.connect_timeout_ns, waker_);
    meeting_.connect(peer, deadline);
    const int socket = meeting_.sockets().front().get();
    const std::size_t bytes = rings_bytes() + sizeof(ShmBells);
    ShmSegment segment = spec_.side == Side::kServer ? ShmSegment::share(socket, bytes)
                                                     : ShmSegment::take(socket, bytes, deadline);
    waker_.watch(socket);
    const std::lock_guard lock(mutex_);
    segment_ = std::move(segment);
  }

  RunOutcome run(RunBoard& board, const std::function<void()>& on_measured) override {
    RunOutcome outcome = run_all(
        board, on_measured,
        [&](auto wait, unsigned i, const auto& visit) { with_link<wait()>(i, visit); });
    outcome.effective = settings();
    outcome.add_strangers(meeting_.strangers());
    return outcome;
  }

  void stop() noexcept override {
    Running<Endpoint>::stop();
    wake_all();
  }

  EffectiveSettings effective() const override {
    if (!segment_) throw_fault("STATE", "effective", "not connected");
    return settings();
  }

  void close() noexcept override {
    waker_.forget_all();
    meeting_.close();
    wake_all();
    const std::lock_guard lock(mutex_);
    segment_.reset();
  }

 private:
  EffectiveSettings settings() const {
    EffectiveSettings settings;
    settings.header_bytes = header_bytes_of(spec_);
    return settings;
  }

  /// Whoever sleeps, at either end, looks around.
  void wake_all() noexcept {
    const std::lock_guard lock(mutex_);
    if (!segment_) return;
    for (unsigned i = 0; i < 2 * spec_.link_count(); ++i) {
      ShmWords& words = ring(i).words();
      wake_sleeper(words.reader_sleeps);
      wake_sleeper(words.writer_sleeps);
    }
    wake_sleeper(bells().client_sleeps);
    wake_sleeper(bells().server_sleeps);
  }

  /// Two for each link: up, then down.
  ShmRing ring(unsigned i) const noexcept {
    return {segment_.data() + i * layout_.ring_bytes(), layout_};
  }
  /// Behind them.
  ShmBells& bells() const noexcept {
    return *reinterpret_cast<ShmBells*>(segment_.data() + rings_bytes());
  }
  std::size_t rings_bytes() const noexcept {
    return 2 * spec_.link_count() * layout_.ring_bytes();
  }

  template <WaitPolicy kWait, class Visitor>
  void with_link(unsigned i, const Visitor& visit) {
    if (spec_.uses_messages()) return with_messages<kWait>(visit);
    const unsigned down = spec_.side == Side::kServer ? 1 : 0;
    ShmLink<kWait> link({ring(2 * i + down), ring(2 * i + 1 - down),
                         meeting_.sockets().front().get(), spec_, waker_.flag()},
                        spec_, spec_.role_of(i), waker_.flag());
    visit(kForPingPong | kForStream, link);
  }

  template <WaitPolicy kWait, class Visitor>
  void with_messages(const Visitor& visit) {
    const unsigned down = spec_.side == Side::kServer ? 1 : 0;
    std::vector<typename ShmCarrier<kWait>::Rings> connections;
    for (unsigned i = 0; i < spec_.link_count(); ++i)
      connections.push_back({ring(2 * i + down), ring(2 * i + 1 - down)});
    ShmMessages<kWait> link({connections, bells(), spec_.side, meeting_.sockets().front().get(),
                             waker_.flag()},
                            message_shape_of(spec_), waker_.flag());
    visit(kForMessages, link);
  }

  ShmLayout layout_;
  UnixConnections meeting_;
  std::mutex mutex_;
  ShmSegment segment_;
};

}  // namespace

std::unique_ptr<Endpoint> make_shm_endpoint(const EndpointSpec& spec) {
  return std::make_unique<ShmEndpoint>(spec);
}

}  // namespace xr
