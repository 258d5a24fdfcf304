#include "transport/quic/perf/perf_client.cc"
#include "transport/quic/perf/perf_responder.cc"
#include "transport/quic/perf/perf_server.cc"
#include "transport/quic/perf/perf_strangers.cc"
