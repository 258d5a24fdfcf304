#include "base/error.h"
#include "transport/rdma/connect/cm_connector.h"

namespace xr {

std::unique_ptr<CmConnector> make_cm_connector(const EndpointSpec&, const ChosenPort&,
                                               const Waker&) {
  throw_fault("UNSUPPORTED", "connectBy",
              "this build is without rdma-cm: its headers (librdmacm-dev) were not there");
}

std::string cm_device_at(const std::string&) { return ""; }

}  // namespace xr
