import type { z } from 'zod'
import type { quicSettingsSchema, tlsSettingsSchema } from '../results/schema/granted.js'

/** What a TLS handshake agreed on, and who did it. The cipher is `NULL` where packets were not encrypted. */
export type TlsSettings = z.infer<typeof tlsSettingsSchema>

type Granted = z.infer<typeof quicSettingsSchema>

/** What a QUIC connection was, and how it ended up: the first one of this end, but packets and calls of all. */
export interface QuicSettings extends Omit<Granted, 'sharesPackets'> {
  /** Frames of several messages may go in one packet. */
  sharesPackets: boolean
}
