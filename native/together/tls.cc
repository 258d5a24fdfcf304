#include "transport/tls/kernel_tls.cc"
#include "transport/tls/tls_session.cc"
