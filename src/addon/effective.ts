import type { RdmaSettings } from './rdma.js'
import type { QuicSettings, TlsSettings } from './secure.js'

/** What an agent's measuring process gave up before it knew anything of its client. */
export interface Confinement {
  /** PR_SET_NO_NEW_PRIVS (prctl(2)). */
  noNewPrivileges: boolean
  /** The kernel refuses system calls that no measurement needs (seccomp(2)), of all threads. */
  filtersCalls: boolean
  /** Version of Landlock's interface by which files and TCP connections are restricted (landlock(7)); 0: this kernel has none. */
  landlock: number
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
  /** What one packet may carry on the way to the peer, its own headers included, as far as the kernel has learnt (IP_MTU, ip(7)); after a UDP run, at its end. */
  pathMtuBytes: number | null
  /** UDP_SEGMENT in use by the sender. */
  gso: boolean | null
  /** UDP_GRO in use by the receiver. */
  gro: boolean | null
  /** What is sent in front of each message beyond its payload; absent or `null`: nothing. */
  headerBytes?: number | null | undefined
  /** All connections were of Multipath TCP to the end (MPTCP_INFO); `false`: one fell back to TCP. Absent: not asked for. */
  multipath?: boolean | null | undefined
  /** What arrived came by a queue that the kernel can poll (SO_INCOMING_NAPI_ID). Absent: not asked for, or not told. */
  pollsDevice?: boolean | null | undefined
  /** Put in by the process that measures, of an agent: what it gave up. */
  confinement?: Confinement | undefined
  /** `null` for other transports; the addresses above are then GIDs. */
  rdma: RdmaSettings | null
  /** TLS and QUIC; `null` for other transports. */
  tls: TlsSettings | null
  /** QUIC, whoever's; `null` for other transports. */
  quic: QuicSettings | null
}
