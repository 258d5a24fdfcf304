import type { EndpointSpec, RunOutcome } from './addon.js'

/** What the addon file of QUIC has beside its endpoints: the perf protocol (draft-banks-quic-performance). */
export interface PerfAddon {
  /**
   * Binds at `spec.localAddress`. Of `spec` it reads how to wait, the idle timeout, the first CPU, and what of sockets, TLS and QUIC is asked for.
   * Throws NativeFault.
   */
  PerfServer: new (
    spec: EndpointSpec,
    options: PerfServerOptions,
  ) => NativePerfServer
  /** Of `spec` it reads how to wait, the phases, limits of time, CPUs, and what of sockets, TLS and QUIC is asked for. Throws NativeFault. */
  PerfClient: new (
    spec: EndpointSpec,
    requests: PerfRequests,
  ) => NativePerfClient
}

export interface PerfServerOptions {
  /** 0 = the kernel's choice. */
  port: number
  /** PEM; `null` = a fresh P-256 certificate, in memory alone. */
  certificateFile: string | null
  keyFile: string | null
  /** Clients at a time; 0 refuses all. */
  maxConnections: number
  /** Streams of each kind that a client may have open at once, up to 65,536. */
  maxStreams: number
  /** Longest answer; longer ones are refused, endless ones cut off there. 0 = any length. */
  maxResponseBytes: number
}

/** What a server did, from its start to its end. */
export interface PerfServerTotals {
  connections: number
  refusedConnections: number
  /** Whole ones, answered or being answered. */
  requests: number
  /** Without a length, given up by the client, or beyond a limit. */
  refusedRequests: number
  /** Of streams. */
  bytesReceived: number
  bytesSent: number
  packetsReceived: number
  packetsSent: number
  /** No packets of QUIC, or of no connection and no beginning of one. */
  droppedPackets: number
  versionNegotiations: number
  statelessResets: number
  /** Clients that were asked back, to show that their address is their own. */
  retries: number
}

interface NativePerfServer {
  port(): number
  /** SHA-256 of the certificate in DER, 32 bytes. */
  pin(): Uint8Array
  /** Serves on a thread of its own until `stop()`. Once. */
  run(): Promise<PerfServerTotals>
  /** Any time, any number of times. */
  stop(): void
}

export interface PerfRequests {
  /** Numeric. */
  address: string
  port: number
  /** SHA-256 of the server's certificate in DER, 32 bytes; `null` = any certificate will do. */
  pin: Uint8Array | null
  /** Told to the server (RFC 6066 section 3); `null` = nothing is. */
  serverName: string | null
  /** All of a request, the 8 bytes of its head included. */
  requestBytes: number
  /** `null`: the answer goes on until the end of the run. */
  responseBytes: number | null
  /** Requests under way at once, each on a stream of its own, 1–10,000. */
  concurrency: number
}

interface NativePerfClient {
  /** Rejects with NativeFault within `connectTimeoutNs`, or at once on `stop()`. */
  connect(): Promise<void>
  /**
   * Measures on a thread of its own, then closes the connection. Of its one link a message is a request that was answered, bytes are those of answers
   * (also of those that are not complete), and a latency runs from just before the request until its answer is complete.
   */
  run(): Promise<RunOutcome>
  stop(): void
}
