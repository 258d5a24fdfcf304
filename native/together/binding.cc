#include "binding/endpoint_wrap.cc"
#include "binding/job.cc"
#include "binding/outcome_to_js.cc"
#include "binding/spec_from_js.cc"
