#include "transport/rdma/connect/lane.h"

#include <fcntl.h>
#include <sys/random.h>
#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "base/error.h"
#include "transport/pattern.h"
#include "transport/rdma/connect/wire.h"

namespace xr {
namespace {

// Sizes of inline data that devices grant, tried in turn when the wish is not.
constexpr std::array<unsigned, 4> kInlineSteps{128, 64, 32, 0};

int access_for(const RdmaOptions& rdma, bool iwarp) {
  // No relaxed ordering: the last byte of polled memory must come last.
  switch (rdma.operation) {
    case RdmaOperation::kSend: return IBV_ACCESS_LOCAL_WRITE;
    case RdmaOperation::kWrite:
    case RdmaOperation::kWriteImm: return IBV_ACCESS_LOCAL_WRITE | IBV_ACCESS_REMOTE_WRITE;
    case RdmaOperation::kRead:
      // Over iWARP the answer to a read is written by the peer (RFC 5040, section 5.3).
      return IBV_ACCESS_LOCAL_WRITE | IBV_ACCESS_REMOTE_READ |
             (iwarp ? IBV_ACCESS_REMOTE_WRITE : 0);
    case RdmaOperation::kFetchAdd:
    case RdmaOperation::kCompareSwap: return IBV_ACCESS_LOCAL_WRITE | IBV_ACCESS_REMOTE_ATOMIC;
  }
  return 0;
}

std::uint32_t random_24_bits() {
  std::uint32_t number = 0;
  if (::getrandom(&number, sizeof number, 0) != sizeof number) throw_errno("SOCKET", "getrandom");
  return number & 0xff'ffff;
}

[[noreturn]] void throw_registration(const char* op, int error, std::size_t bytes) {
  rlimit limit{};
  getrlimit(RLIMIT_MEMLOCK, &limit);
  if (error != ENOMEM || limit.rlim_cur == RLIM_INFINITY) throw_errno("RDMA_SETUP", op, error);
  throw Error(Fault{"RDMA_MEMLOCK", op, error,
                    std::string(op) + ": the locked-memory limit is " +
                        std::to_string(limit.rlim_cur >> 10) + " KiB, and this needs " +
                        std::to_string((bytes + 1023) >> 10) +
                        " KiB more (ulimit -l unlimited, /etc/security/limits.conf, or --ulimit "
                        "memlock=-1 in a container)"});
}

}  // namespace

Lane::Lane(const ChosenPort& port, ibv_pd* domain, const EndpointSpec& spec, Role role,
           std::uint32_t queue_key, std::optional<int> numa_node)
    : shape_(shape_of(spec, role)),
      type_(spec.of<RdmaOptions>().queue_pair),
      software_(port.device.software),
      access_(access_for(spec.of<RdmaOptions>(), port.device.iwarp)),
      pages_(shape_.total_bytes, numa_node),
      packet_number_(random_24_bits()) {
  std::memset(pages_.data() + shape_.tx_offset, 0x5a, shape_.total_bytes - shape_.tx_offset);
  // A reader may come before this end has begun to run.
  if (spec.of<RdmaOptions>().verify && spec.of<RdmaOptions>().operation == RdmaOperation::kRead) {
    for (unsigned slot = 0; slot < shape_.rx_slots; ++slot)
      write_pattern(rx_slot(slot), spec.message_bytes, 0);
  }
  register_memory(domain);
  ibv_context* context = port.device.context.get();
  if (spec.wait == WaitPolicy::kBlock) {
    channel_.reset(verbs().create_comp_channel(context));
    if (!channel_) throw_errno("RDMA_SETUP", "ibv_create_comp_channel");
    // Taking an event must not sleep where a stop does not wake it.
    if (::fcntl(channel_->fd, F_SETFL, O_NONBLOCK) != 0) throw_errno("RDMA_SETUP", "fcntl");
  }
  const int entries = static_cast<int>(shape_.send_work + shape_.receive_work);
  if (entries > port.device.attributes.max_cqe) {
    throw_fault("UNSUPPORTED", "ibv_create_cq",
                "the device's completion queues hold " +
                    std::to_string(port.device.attributes.max_cqe) +
                    " entries, and these depths need " + std::to_string(entries));
  }
  completions_.reset(verbs().create_cq(context, entries, nullptr, channel_.get(), 0));
  if (!completions_) throw_registration("ibv_create_cq", errno, shape_.total_bytes);
  make_queue_pair(domain, spec);
  prepare_receives(spec, role);
  to_init(port, queue_key);
}

LaneAddress Lane::address() const noexcept {
  return {queue_pair_->qp_num,
          packet_number_,
          region_->rkey,
          static_cast<std::uint32_t>(shape_.window_bytes()),
          reinterpret_cast<std::uintptr_t>(pages_.data()),
          static_cast<std::uint32_t>(receives_.size())};
}

void Lane::register_memory(ibv_pd* domain) {
  region_.reset(verbs().reg_mr(domain, pages_.data(), pages_.bytes(), access_));
  if (!region_) throw_registration("ibv_reg_mr", errno, pages_.bytes());
}

void Lane::make_queue_pair(ibv_pd* domain, const EndpointSpec& spec) {
  ibv_qp_init_attr wanted{};
  wanted.send_cq = completions_.get();
  wanted.recv_cq = completions_.get();
  wanted.qp_type = type_ == QueuePairType::kRc   ? IBV_QPT_RC
                   : type_ == QueuePairType::kUc ? IBV_QPT_UC
                                                 : IBV_QPT_UD;
  wanted.cap.max_send_wr = shape_.send_work;
  wanted.cap.max_recv_wr = shape_.receive_work;
  wanted.cap.max_send_sge = 1;
  wanted.cap.max_recv_sge = 1;
  wanted.cap.max_inline_data = shape_.inline_bytes;
  if (shape_.inline_marks)
    wanted.cap.max_inline_data = std::max<unsigned>(shape_.inline_bytes, sizeof(ProgressMark));
  ibv_qp_init_attr granted = wanted;
  queue_pair_.reset(verbs().create_qp(domain, &granted));
  // A device refuses an inline size beyond its own as invalid, without saying which it has.
  for (const unsigned step : kInlineSteps) {
    if (queue_pair_ || step >= wanted.cap.max_inline_data) continue;
    granted = wanted;
    granted.cap.max_inline_data = step;
    queue_pair_.reset(verbs().create_qp(domain, &granted));
  }
  if (!queue_pair_) throw_registration("ibv_create_qp", errno, shape_.total_bytes);
  // More than was asked for is no reason to use it.
  inline_bytes_ = shape_.inline_bytes == 0 ? 0 : granted.cap.max_inline_data;
  // Of a message link some messages are shorter than others.
  if (!spec.uses_messages() && spec.message_bytes > inline_bytes_) inline_bytes_ = 0;
  copies_marks_ = shape_.inline_marks && granted.cap.max_inline_data >= sizeof(ProgressMark);
}

void Lane::prepare_receives(const EndpointSpec& spec, Role role) {
  const bool credits_only = role == Role::kSender && shape_.credits;
  const unsigned count = credits_only ? shape_.receive_work : shape_.rx_depth;
  receive_block_ = credits_only ? 1 : shape_.rx_block;
  receives_.assign(count, {});
  receive_buffers_.assign(count, {});
  const bool has_payload =
      spec.of<RdmaOptions>().operation == RdmaOperation::kSend && !credits_only;
  for (unsigned i = 0; i < count; ++i) {
    const unsigned slot = i % shape_.rx_slots;
    receive_buffers_[i] = {reinterpret_cast<std::uintptr_t>(rx_slot(slot)),
                           static_cast<std::uint32_t>(shape_.slot_bytes + shape_.payload_offset),
                           region_->lkey};
    receives_[i].wr_id = wire::kReceiveTag | slot;
    receives_[i].sg_list = has_payload ? &receive_buffers_[i] : nullptr;
    receives_[i].num_sge = has_payload ? 1 : 0;
    const bool last_of_block = (i + 1) % receive_block_ == 0;
    receives_[i].next = last_of_block || i + 1 == count ? nullptr : &receives_[i + 1];
  }
}

}  // namespace xr
