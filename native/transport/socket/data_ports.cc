#include "transport/socket/data_ports.h"

#include <cerrno>

#include "base/error.h"

namespace xr {

UniqueFd take_data_port(const std::optional<PortRange>& range,
                        const std::function<UniqueFd(unsigned port)>& bind_to) {
  if (!range) {
    UniqueFd fd = bind_to(0);
    if (!fd) throw_errno("ADDRESS_IN_USE", "bind", EADDRINUSE);
    return fd;
  }
  for (unsigned port = range->first; port <= range->last; ++port) {
    if (UniqueFd fd = bind_to(port)) return fd;
  }
  const std::string first = std::to_string(range->first);
  throw_fault("NO_DATA_PORT", "bind",
              range->first == range->last
                  ? "bind: the data port " + first + " is taken"
                  : "bind: all data ports from " + first + " to " + std::to_string(range->last) +
                        " are taken");
}

}  // namespace xr
