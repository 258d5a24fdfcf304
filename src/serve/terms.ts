import { filled } from '../options/fill.js'
import type { Asked } from '../options/option.js'
import { SERVE } from '../options/serve.js'
import { DEFAULT_LIMITS } from '../session/agent/admission.js'
import type { ServeSettings } from './serve.js'

/** What an operator's options, with their defaults, let clients have. */
export function termsOf(
  asked: Asked<typeof SERVE>,
): Pick<ServeSettings, 'places' | 'line' | 'limits' | 'maxMemoryBytes' | 'maxFailures'> {
  const { maxSessions, maxSessionsPerAddress, parallel, maxQueue, maxTurnNs, ...others } = filled(
    SERVE,
    asked,
  )
  const { maxMemoryBytes, maxFailures, ...limits } = others
  return {
    places: { all: maxSessions, perOrigin: maxSessionsPerAddress ?? maxSessions },
    line: { parallel, maxQueue, maxTurnMs: maxTurnNs / 1e6 },
    limits: { ...DEFAULT_LIMITS, ...limits },
    maxMemoryBytes,
    maxFailures,
  }
}
