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
  /** Every byte of a ping-pong over a stream, or of an rr, is checked; slow. */
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
  /** Of a packet at the end of the run, as the path was found to carry it. `quic:openssl`: of the largest packet sent. */
  udpPayloadBytes: number
  /** What the MTU of the local device lets through of what was asked for, before the path was looked at; `null` where packets do not begin with it. */
  localUdpPayloadBytes: number | null
  /** Frames of several messages may go in one packet. */
  sharesPackets: boolean
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
