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
