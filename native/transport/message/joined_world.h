#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "measure/stop_flag.h"
#include "transport/endpoint_spec.h"
#include "transport/message/joined_messages.h"
#include "transport/message/message_contract.h"
#include "transport/message/message_shape.h"

// For tests: several worlds of one connection each (message_contract.h), joined at both ends.

namespace xr::test {

template <class World, WaitPolicy kWait>
class JoinedWorld {
 public:
  using Link = JoinedMessages<typename World::Link, kWait>;

  static constexpr bool kTellsClosed = World::kTellsClosed;
  static constexpr bool kTellsFull = World::kTellsFull;
  static constexpr bool kOvertakes = overtakes<World>();
  static constexpr std::uint32_t kLongestBytes = World::kLongestBytes;
  static constexpr std::size_t kMostUnderWay = World::kMostUnderWay;

  explicit JoinedWorld(const MessageShape& shape) {
    const auto& of_flow = shape.connection_of_flow;
    const std::uint32_t connections = 1 + *std::max_element(of_flow.begin(), of_flow.end());
    std::array<std::vector<typename World::Link*>, 2> links;
    for (std::uint32_t i = 0; i < connections; ++i) {
      worlds_.push_back(std::make_unique<World>(shape_of_connection(shape, i)));
      links[0].push_back(&worlds_.back()->client());
      links[1].push_back(&worlds_.back()->server());
    }
    for (std::size_t end = 0; end < 2; ++end) links_[end].emplace(links[end], shape, stops_[end]);
  }

  Link& client() { return *links_[0]; }
  Link& server() { return *links_[1]; }
  void stop(Side side) {
    stops_[index(side)].set();
    for (const auto& world : worlds_) world->stop(side);
  }
  void close(Side side) {
    links_[index(side)].reset();
    for (const auto& world : worlds_) world->close(side);
  }

 private:
  static std::size_t index(Side side) { return side == Side::kClient ? 0 : 1; }

  std::array<StopFlag, 2> stops_;
  std::vector<std::unique_ptr<World>> worlds_;
  std::array<std::optional<Link>, 2> links_;
};

}  // namespace xr::test
