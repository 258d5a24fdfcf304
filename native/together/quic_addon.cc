#include "binding/perf_wrap.cc"
#include "binding/secure_addon.cc"
#include "transport/buffer_bytes.cc"
#include "transport/make_endpoint.cc"
