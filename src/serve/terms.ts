import { filled } from '../options/fill.js'
import type { Asked } from '../options/option.js'
import { SERVE } from '../options/serve.js'
import { DEFAULT_LIMITS } from '../session/agent/admission.js'
import { isLoopback } from '../session/wire/addresses.js'
import type { ServeSettings } from './serve.js'

/**
 * Of all sessions those from one address, unless an operator says otherwise: half, so that whoever has the key there leaves places for others, and all
 * where an agent listens on loopback, to which nobody comes from elsewhere.
 */
function sessionsPerAddress(maxSessions: number, host: string): number {
  return isLoopback(host) ? maxSessions : Math.ceil(maxSessions / 2)
}

/** What an operator's options, with their defaults, let clients have of an agent that listens at `host`. */
export function termsOf(
  asked: Asked<typeof SERVE>,
  host: string,
): Pick<
  ServeSettings,
  'places' | 'line' | 'limits' | 'allowUnconfined' | 'maxMemoryBytes' | 'maxFailures'
> {
  const { maxSessions, maxSessionsPerAddress, parallel, maxQueue, maxTurnNs, ...others } = filled(
    SERVE,
    asked,
  )
  const { maxMemoryBytes, maxFailures, allowUnconfined, ...limits } = others
  return {
    places: {
      all: maxSessions,
      perOrigin: maxSessionsPerAddress ?? sessionsPerAddress(maxSessions, host),
    },
    line: { parallel, maxQueue, maxTurnMs: maxTurnNs / 1e6 },
    limits: { ...DEFAULT_LIMITS, ...limits },
    allowUnconfined,
    maxMemoryBytes,
    maxFailures,
  }
}
