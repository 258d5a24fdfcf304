import { usageError } from '../../errors.js'
import { MAX_STREAMS } from '../../options/measure.js'
import { DEFAULT_BOUNDS, type ServeSettings } from '../../serve/serve.js'
import { DEFAULT_LIMITS } from '../../session/agent/admission.js'
import { MAX_DURATION_NS, MAX_MESSAGE_BYTES, parseDuration, parseWhole } from '../../units.js'
import { parseValue } from '../flags/value.js'
import type { ServeFlags } from './flags.js'

/** Of a machine of today. */
const MOST_MEMORY_BYTES = 2 ** 46
const MOST_FAILURES = 1_000_000

/** What a client may have at the most. @throws {XrbenchError} exit 2 */
export function readLimits(
  flags: ServeFlags,
  label: (key: keyof ServeFlags) => string,
): Pick<ServeSettings, 'limits' | 'allowUnconfined' | 'maxMemoryBytes' | 'maxFailures'> {
  const { maxDuration, maxRate, maxSize, maxStreams, maxMemory, maxFailures } = flags
  const bytes = (key: 'maxSize' | 'maxMemory', text: string, max: number) =>
    parseValue({ is: 'bytes', min: 1, max }, text, label(key)) as number
  return {
    limits: {
      allowCpu: flags.allowCpu === true,
      allowNullCrypto: false,
      refuseOlder: flags.refuseOlder === true,
      maxDurationNs:
        maxDuration === undefined
          ? DEFAULT_LIMITS.maxDurationNs
          : readMaxDuration(maxDuration, label('maxDuration')),
      maxRateBitsPerSec:
        maxRate === undefined
          ? DEFAULT_LIMITS.maxRateBitsPerSec
          : (parseValue({ is: 'rate' }, maxRate, label('maxRate')) as number),
      maxMessageBytes:
        maxSize === undefined
          ? DEFAULT_LIMITS.maxMessageBytes
          : bytes('maxSize', maxSize, MAX_MESSAGE_BYTES),
      maxStreams:
        maxStreams === undefined
          ? DEFAULT_LIMITS.maxStreams
          : parseWhole(maxStreams, label('maxStreams'), 1, MAX_STREAMS),
    },
    allowUnconfined: flags.allowUnconfined === true,
    maxMemoryBytes:
      maxMemory === undefined
        ? DEFAULT_BOUNDS.maxMemoryBytes
        : bytes('maxMemory', maxMemory, MOST_MEMORY_BYTES),
    maxFailures:
      maxFailures === undefined
        ? DEFAULT_BOUNDS.maxFailures
        : parseWhole(maxFailures, label('maxFailures'), 1, MOST_FAILURES),
  }
}

function readMaxDuration(text: string, label: string): number {
  const ns = parseDuration(text, label)
  // A repetition has a warm-up and a measured phase, each with the limit of the command line.
  if (ns > 0 && ns <= 2 * MAX_DURATION_NS) return ns
  throw usageError('XRB_BAD_DURATION', `${label}: '${text}' is outside 1ns to 48h.`, `${label} 1h`)
}
