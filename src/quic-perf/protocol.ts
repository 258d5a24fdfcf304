/** The port on which other stacks' tools for the perf protocol listen. */
export const QUIC_PERF_PORT = 4433
/** The beginning of a request, which says how much is wanted back. */
export const REQUEST_HEAD_BYTES = 8
