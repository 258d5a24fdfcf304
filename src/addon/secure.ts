import type { z } from 'zod'
import type { quicSettingsSchema } from '../results/schema/granted.js'

type Granted = z.infer<typeof quicSettingsSchema>

/** What a QUIC connection was, and how it ended up: the first one of this end, but packets and calls of all. */
export interface QuicSettings extends Omit<Granted, 'sharesPackets'> {
  /** Frames of several messages may go in one packet. */
  sharesPackets: boolean
}
