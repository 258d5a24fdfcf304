/**
 * The typed face of the native addon. What is written here is what `native/binding` builds;
 * nothing else crosses between JavaScript and C++.
 */

/** Transports this addon was built with. `loopback` joins two endpoints of one process: the floor of the loop itself. */
export type NativeTransport = 'loopback' | 'tcp' | 'udp' | 'rdma' | 'tls' | 'quic' | 'quic:openssl'

export type WaitPolicy = 'spin' | 'block'
/** `connect`: each operation is a connection of its own, with one message to and fro over it. */
export type WorkloadName = 'ping-pong' | 'stream' | 'connect'
/** Of a stream, seen from the client: `up` = the client sends, `down` = it receives, `both` = each way at once. */
export type Direction = 'up' | 'down' | 'both'

/** Socket options as requested; `null` leaves the kernel's own. */
export interface SocketOptions {
  sendBufferBytes: number | null
  receiveBufferBytes: number | null
  /** TCP_NODELAY (tcp(7)); meaningless for UDP. */
  noDelay: boolean
  /** TCP_CONGESTION (tcp(7)), e.g. `cubic`. */
  congestionControl: string | null
  /** Differentiated services code point, 0–63 (RFC 2474); written to IP_TOS or IPV6_TCLASS. */
  dscp: number | null
  /** SO_BUSY_POLL (socket(7)), microseconds. */
  busyPollUs: number | null
  /** UDP_SEGMENT and UDP_GRO (udp(7)) for UDP streams where the kernel has them. */
  segmentationOffload: boolean
}

/** Service of a queue pair: reliable connected, unreliable connected, unreliable datagram. */
export type QueuePairType = 'rc' | 'uc' | 'ud'
/** What carries a message (ibv_post_send(3)). `read` and the atomics work on the far end's memory without its CPU. */
export type RdmaOperation = 'send' | 'write' | 'write-imm' | 'read' | 'fetch-add' | 'compare-swap'

/** How queue pairs are connected: by what the session carries of them, or by the kernel's connection manager (rdma_cm(7)). */
export type ConnectBy = 'exchange' | 'rdma-cm'

/** RDMA options as requested; `null` leaves the choice to the addon, which tells it in {@link RdmaSettings}. */
export interface RdmaOptions {
  queuePair: QueuePairType
  /** RC: all; UC: send, write, write-imm; UD: send. Atomics need 8-byte messages; a write ping-pong needs `spin`. */
  operation: RdmaOperation
  /** As in /sys/class/infiniband; by default the one that has `localAddress` as a RoCE v2 GID. */
  device: string | null
  port: number | null
  gidIndex: number | null
  /** Streams: messages posted and not yet known to be done, 1–8192. */
  txDepth: number | null
  /** Streams: receives posted ahead, 4–8192. */
  rxDepth: number | null
  /** Of so many messages one asks for a completion; at most half of `txDepth`. */
  signalEvery: number | null
  /** Streams: messages handed to the device in one call; at most half of `txDepth`. */
  postList: number | null
  /** Copied into the work request up to this size, as far as the device grants it; 0 = never. */
  inlineBytes: number | null
  /** `rdma-cm` is for RC; an iWARP device has nothing else, whatever is said here. */
  connectBy: ConnectBy
  /** Messages have a pattern, which the receiver checks; slow. */
  verify: boolean
}

/** Which port of which device one end uses: each end's own affair, for the other may be another machine. */
export type OwnRdmaPort = Pick<RdmaOptions, 'device' | 'port' | 'gidIndex'>

/** What was granted and negotiated of RDMA. */
export interface RdmaSettings {
  device: string
  port: number
  driver: string
  firmware: string
  /** Emulated by the kernel (rxe, siw). */
  software: boolean
  /** Both ends have the same GID of the same device: nothing leaves it. */
  sameDevice: boolean
  linkLayer: string
  gidIndex: number | null
  gid: string
  gidType: string
  netdev: string
  remoteGid: string
  remoteLid: number
  /** Of the path: the smaller of both ports'. */
  mtuBytes: number
  localMtuBytes: number
  remoteMtuBytes: number
  queuePair: string
  operation: string
  connectBy: string
  txDepth: number
  rxDepth: number
  signalEvery: number
  postList: number
  inlineBytes: number
  verify: boolean
}

/** Whether the records are the kernel's (kTLS): never, where it can do it, or a refusal where it cannot. */
export type KernelTls = 'off' | 'auto' | 'on'

export type TlsCipher = 'aes-128-gcm' | 'aes-256-gcm' | 'chacha20-poly1305'

/** How each connection of a `connect` comes about: `0rtt` is `resumed` with the message in the first packets (RFC 8446, RFC 9001). */
export type TlsHandshake = 'full' | 'resumed' | '0rtt'

/** TLS 1.3 options of TLS and QUIC, as requested. */
export interface TlsOptions {
  /** The only one offered. */
  cipher: TlsCipher
  /** `full` but for `connect`; `0rtt` is QUIC's. */
  handshake: TlsHandshake
  /** `off` for QUIC. */
  kernel: KernelTls
}

/** What carries a message: a stream, or a DATAGRAM frame (RFC 9221), which may be lost. */
export type QuicMessages = 'stream' | 'datagram'
export type QuicCongestion = 'cubic' | 'reno' | 'bbr'

/** QUIC options as requested. */
export interface QuicOptions {
  messages: QuicMessages
  /** QUIC streams of a connection, 1–64, over which a stream of bytes is spread. */
  streams: number
  /** Payload of a UDP datagram, 1200–65,507; not tuned while measuring. */
  udpPayloadBytes: number
  /** Flow-control window of the connection and of each stream, bytes. */
  windowBytes: number
  /** So many packets are acknowledged at once. */
  ackThreshold: number
  congestionControl: QuicCongestion
  /** The server asks a client to show that its address is its own (RFC 9000 section 8.1.2): one round trip more. */
  retry: boolean
  /** Packets leave at the rate of the congestion control, not in bursts. */
  pacing: boolean
  /** The client has the keys updated so often; 0 = only when the library has to. */
  keyUpdateNs: number
  /** A diagnostic: packets are copied where they would be encrypted. Both ends have to do so. */
  nullCrypto: boolean
  /** Every byte of a ping-pong over a stream is checked; slow. */
  verify: boolean
}

/** Options of QUIC by Node's own OpenSSL, as requested. It lets neither windows nor packets, acknowledgements or congestion control be chosen. */
export interface QuicOpensslOptions {
  /** QUIC streams of a connection, 1–64, over which a stream of bytes is spread. */
  streams: number
  /** Every byte of a ping-pong is checked; slow. */
  verify: boolean
}

/** What a TLS handshake agreed on, and who did it. The cipher is `NULL` where packets were not encrypted. */
export interface TlsSettings {
  library: string
  /** At run time; `builtWith` is that of the headers, `null` where none are needed. */
  version: string
  builtWith: string | null
  protocol: string
  cipher: string
  group: string
  /** The kernel encrypts and decrypts the records, in both directions. */
  ktls: boolean
  /** Why it does not, where it was to. */
  ktlsProblem: string | null
}

/** What a QUIC connection was, and how it ended up: the first one of this end, but packets and calls of all. */
export interface QuicSettings {
  library: string
  /** At run time; `builtWith` is that of the headers, `null` where none are needed. */
  version: string
  builtWith: string | null
  /** 1 = RFC 9000. */
  protocolVersion: number
  messages: string
  streams: number
  /** `quic:openssl`: of the largest packet sent. */
  udpPayloadBytes: number
  pacing: boolean
  retry: boolean
  /** Updates of the keys that this end began. */
  keyUpdates: number
  /** From here on `null` where the library does not tell. */
  windowBytes: number | null
  ackThreshold: number | null
  congestionControl: string | null
  congestionWindowBytes: number | null
  smoothedRttNs: number | null
  minRttNs: number | null
  rttVariationNs: number | null
  /** From the first packet of the handshake to the end of the run. What one end sent and the other did not receive was lost. */
  packetsSent: number
  packetsReceived: number
  /** System calls that sent them. */
  sendCalls: number
  /** From the first packet until the handshake was complete. */
  handshakeNs: number
  /** Of the run alone, warm-up included; `null` before it. */
  packetsSentPerMessage: number | null
  packetsReceivedPerMessage: number | null
}

/** A port of an RDMA device (ibv_query_device(3), ibv_query_port(3)). */
export interface RdmaPort {
  device: string
  port: number
  /** `active`, `down`, `init`, `armed` … */
  state: string
  /** The same and, where it is not active, why: `down (eth1 has no carrier)`. */
  stateWithReason: string
  /** Empty for InfiniBand. */
  netdev: string
  linkLayer: string
  activeMtuBytes: number
  maxMessageBytes: number
  lid: number
  /** `mlx5_core`, `rdma_rxe`, `siw` … */
  driver: string
  firmware: string
  nodeGuid: string
  software: boolean
  /** Those in use. */
  gids: { index: number; gid: string; type: string; netdev: string }[]
}

/** Devices of software, made and removed by NETLINK_RDMA (rdma-link(8)). Calls block. */
export interface RdmaLink {
  /**
   * Makes a SoftRoCE device on a network device.
   * @throws {@link NativeFault} `RDMA_LINK`, `op` `socket` or `newlink`, with the kernel's errno
   */
  add(name: string, netdev: string): void
  /**
   * Removes it. `busy`: somebody had it open for `limitMs`; the kernel removes it when they are gone.
   * @throws {@link NativeFault} `RDMA_LINK`, `op` `socket` or `dellink`
   */
  remove(name: string, limitMs: number): 'removed' | 'absent' | 'busy'
  /** 0, or the errno with which the kernel refuses a socket: EPROTONOSUPPORT without RDMA. */
  socketErrno(): number
}

/** One end of one repetition. All times are nanoseconds, below 2^53. */
export interface EndpointSpec {
  transport: NativeTransport
  role: 'client' | 'server'
  /** Numeric IPv4 or IPv6 address to bind to. The port is the kernel's choice. */
  localAddress: string
  workload: WorkloadName
  /** For `ping-pong` it is `up` and has no further meaning. */
  direction: Direction
  /** Connections per direction, 1–64; 1 for `ping-pong`. */
  streams: number
  /** 1 to 67,108,864; UDP at most 65,507 (IPv4) or 65,527 (IPv6). */
  messageSizeBytes: number
  wait: WaitPolicy
  /** Warm-up ends when windows agree, at the latest after this; 0 = none. */
  warmupCapNs: number
  /** Length of the measured phase; 0 = `iterations` decides. */
  durationNs: number
  /** Messages of the measured phase (ping-pong: round trips); 0 = `durationNs` decides. */
  iterations: number
  /** Length of an interval of the time series; doubled natively when a run has more than 64 of them. */
  intervalNs: number
  /** Offered load of a stream in one direction over all its connections, payload bits per second; 0 = unlimited. */
  rateBitsPerSec: number
  /** UDP ping-pong: a reply that has not come by then is lost. */
  messageTimeoutNs: number
  /** No progress for so long is a stall and ends the run. */
  idleTimeoutNs: number
  /** Limit on `connect()`. */
  connectTimeoutNs: number
  /** CPUs the measuring threads are pinned to, in turn; empty = unpinned. */
  cpus: number[]
  socket: SocketOptions
  /** `null` for other transports. */
  rdma: RdmaOptions | null
  /** TLS and QUIC; `null` for other transports. */
  tls: TlsOptions | null
  /** `null` for other transports. */
  quic: QuicOptions | null
  /** `null` for other transports. */
  quicOpenssl: QuicOpensslOptions | null
}

/** What the kernel granted (getsockopt after connecting, first connection); `null` where it does not apply. */
export interface EffectiveSettings {
  localAddress: string
  remoteAddress: string
  localPort: number | null
  remotePort: number | null
  sendBufferBytes: number | null
  receiveBufferBytes: number | null
  noDelay: boolean | null
  congestionControl: string | null
  dscp: number | null
  busyPollUs: number | null
  maxSegmentBytes: number | null
  /** UDP_SEGMENT in use by the sender. */
  gso: boolean | null
  /** UDP_GRO in use by the receiver. */
  gro: boolean | null
  /** `null` for other transports; the addresses above are then GIDs. */
  rdma: RdmaSettings | null
  /** TLS and QUIC; `null` for other transports. */
  tls: TlsSettings | null
  /** QUIC, whoever's; `null` for other transports. */
  quic: QuicSettings | null
}

/** A failure inside the addon. As a thrown `Error` it has the same fields. */
export interface NativeFault {
  /** `ADDRESS_IN_USE`, `CONNECT_TIMEOUT`, `CONNECT_REFUSED`, `PEER_CLOSED`, `STALLED`, `BAD_BLOB`, `BAD_SPEC`, `SOCKET`, `UNSUPPORTED`, `NO_MEMORY`, `THREAD`, `STOPPED`, `RDMA_…`, `TLS`, `TLS_PIN`, `QUIC`, `DATA_MISMATCH` … */
  code: string
  /** The call that failed, e.g. `bind`. */
  op: string
  /** 0 when no system call was at fault. */
  errno: number
  message: string
}

/** Cumulative state of one link at one instant; a phase or an interval is the difference of two. */
export interface Mark {
  /** Since the start of this link's loop, on the run's clock. */
  timeNs: number
  /** Messages done: round trips (ping-pong), sent (sender), received (receiver). */
  messages: number
  /** Payload bytes of those messages: one way. */
  bytes: number
  /** Ping-pong UDP, and RDMA over UC and UD: not answered in time. Stream receiver: gaps in the sequence. */
  lost: number
  duplicates: number
  reordered: number
  /** Ping-pong UDP: answered after the timeout (also counted in `lost`). */
  late: number
  /** Refused by the local stack: ENOBUFS/EAGAIN at the sender, SK_MEMINFO_DROPS at the receiver. */
  localDrops: number
  /** RUSAGE_THREAD of the measuring thread (getrusage(2)). */
  cpuUserNs: number
  cpuSystemNs: number
  voluntaryContextSwitches: number
  involuntaryContextSwitches: number
}

/** HdrHistogram layout: 1 ns lowest discernible, 3 significant digits; sparse, ascending indices. */
export interface RawHistogram {
  /** Indices into HdrHistogram's counts array for (1, highestTrackableNs, 3). */
  indices: Int32Array
  /** Same length; whole numbers below 2^53. */
  counts: Float64Array
  /** Samples counted, overflow included. */
  count: number
  /** Samples above the highest trackable value; they are in `count`, `maxNs` and `sumNs`, not in `counts`. */
  overflow: number
  /** Exact; `null` when nothing was counted. */
  minNs: number | null
  maxNs: number | null
  sumNs: number
}

/** How the connections of the measured phase of a `connect` came about. */
export interface ConnectOutcome {
  made: number
  /** By a ticket. */
  resumed: number
  /** Whose early data was taken. */
  earlyData: number
  /** From before anything of a connection exists until its handshake is complete at the client. */
  handshake: RawHistogram
}

/** What one connection did, at this end. */
export interface LinkOutcome {
  /** Ping-pong: initiator (client) and responder; stream: sender and receiver. */
  role: 'initiator' | 'responder' | 'sender' | 'receiver'
  /** Where the measuring thread was pinned; `null` = unpinned. */
  pinnedCpu: number | null
  /** Initiator and receiver decide over phases; `null` for the others. */
  warmup: { durationNs: number; ended: 'steady' | 'cap' | 'none' } | null
  /**
   * At least the first and last instant of what was measured. Initiator and receiver: `marks[0]` is the end of warm-up, then one per
   * interval, the last is the end. Responder and sender: cumulative from the start at regular times, to be matched by `messages` or `bytes`.
   */
  marks: Mark[]
  /** Initiator: round trips of the measured phase. Others `null`. */
  latency: RawHistogram | null
  /** Initiator: one per interval (`marks[i]` to `marks[i+1]`); they add up to `latency`. */
  intervalLatencies: RawHistogram[]
  /** Initiator of a `connect`; `latency` is then from before anything of a connection exists until its message has come back. Others `null`. */
  connects: ConnectOutcome | null
}

export interface ClockReport {
  source: 'tsc' | 'monotonic-raw'
  /** Median cost of one reading. */
  readingCostNs: number
  /** Smallest step seen between two different readings. */
  resolutionNs: number
  /** Slope used for recording against the slope over the whole run, parts per million; `null` for monotonic-raw and before a run. */
  driftPpm: number | null
}

export interface RunOutcome {
  /** `completed`: as asked; `stopped`: by `stop()`; `peer-closed`: the other end went away, in order; `failed`: see `fault`. What was measured until then is kept in each case. */
  status: 'completed' | 'stopped' | 'peer-closed' | 'failed'
  fault: NativeFault | null
  clock: ClockReport
  links: LinkOutcome[]
  /** Soft-interrupt time of the whole machine over the measured phase, /proc/stat, all CPUs; `null` when not readable. */
  softirqNs: number | null
  effective: EffectiveSettings
}

/** Slots of the progress block handed to `run()`; written by the measuring threads, read with `Atomics.load`. */
export const PROGRESS_SLOTS = { phase: 0, messages: 1, bytes: 2, lost: 3 } as const
export const PROGRESS_SLOT_COUNT = 8
/** Values of the `phase` slot. */
export const PROGRESS_PHASES = ['idle', 'warmup', 'measure', 'done'] as const

/** One end of a connection (or of N of them). `open` → `connect` → `run` → `close`; each once. */
export interface Endpoint {
  /** Binds, and returns what the peer needs to connect: opaque, at most 4,096 bytes. Throws {@link NativeFault}. */
  open(): Uint8Array
  /** Connects all links on a thread of its own. Rejects with {@link NativeFault} within `connectTimeoutNs`, or at once on `stop()`. */
  connect(peer: Uint8Array): Promise<void>
  /**
   * Runs the workload on threads of its own. Never rejects once the loop has begun. `progress` has PROGRESS_SLOT_COUNT slots.
   * `onMeasured` is called once, when every initiator or receiver of this end has finished by itself (never after `stop()` or a failure, never
   * where there is none); the promise settles when the senders and responders of this end are through too, which takes a `stop()`.
   */
  run(progress: BigInt64Array | null, onMeasured?: () => void): Promise<RunOutcome>
  /** Ends `connect` or `run` soon, also where it sleeps in the kernel. May be called at any time, any number of times. */
  stop(): void
  effective(): EffectiveSettings
  /** Closes all sockets. Idempotent; `stop()`s first when something is under way. */
  close(): void
}

export interface Addon {
  /** Build facts for the result file. */
  readonly build: {
    version: string
    compiler: string
    flags: string
    sanitizer: string | null
    /** Of the first file alone; TLS and QUIC are in a second. */
    transports: NativeTransport[]
  }
  /** The OpenSSL of this process, and the first function that `quic:openssl` wants and it has not; `null`: all are there. */
  readonly openssl: { version: string; missing: string | null }
  Endpoint: new (spec: EndpointSpec) => Endpoint
  /** The RDMA ports that can be used here, or what is in the way. Opens each device (milliseconds). */
  rdmaDevices(): { ports: RdmaPort[]; problem: NativeFault | null }
  readonly rdmaLink: RdmaLink
  /** Chooses the clock as a run would and measures it (about 20 ms). */
  clockReport(): ClockReport
  /** Highest value the histograms hold before overflow is counted. */
  readonly highestTrackableNs: number
  /** Records `values` (ns) into a native histogram and gives it back: for tests and `bench/`. `elapsedNs` covers the recording alone. */
  recordValues(values: Float64Array): { histogram: RawHistogram; elapsedNs: number }
  /** Cost of `rounds` × (two clock readings + one record) and of the readings alone: for `bench/`. */
  recordingCost(rounds: number): { pairNs: number; pairAndRecordNs: number; histogramBytes: number }
}
