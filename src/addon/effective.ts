import type { z } from 'zod'
import type { effectiveSchema } from '../results/schema/granted.js'
import type { QuicSettings } from './secure.js'

type Granted = z.infer<typeof effectiveSchema>

/** What an agent's measuring process gave up before it knew anything of its client; it puts that in itself. */
export type Confinement = NonNullable<Granted['confinement']>

/** What the kernel granted (getsockopt after connecting, first connection); `null` where it does not apply. */
export interface EffectiveSettings extends Omit<Granted, 'quic'> {
  /** QUIC, whoever's; `null` for other transports. */
  quic: QuicSettings | null
}
