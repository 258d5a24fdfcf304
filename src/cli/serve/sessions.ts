import {
  DEFAULT_SESSIONS,
  MAX_PARALLEL,
  MAX_SESSIONS,
  type ServeSettings,
  sessionsPerAddress,
  TURN_NS,
} from '../../serve/serve.js'
import { parseWhole } from '../../units.js'
import { parseValue } from '../flags/value.js'
import type { ServeFlags } from './flags.js'

/** How many clients there are at a time, and for how long. @throws {XrbenchError} `XRB_BAD_NUMBER`, `XRB_BAD_DURATION` (exit 2) */
export function readSessions(
  flags: ServeFlags,
  label: (key: keyof ServeFlags) => string,
  host: string,
): Pick<ServeSettings, 'places' | 'line'> {
  const read = (
    key: 'maxSessions' | 'maxSessionsPerAddress' | 'parallel' | 'maxQueue',
    byDefault: number,
    [min, max]: [number, number],
  ) => {
    const text = flags[key]
    return text === undefined ? byDefault : parseWhole(text, label(key), min, max)
  }
  const all = read('maxSessions', DEFAULT_SESSIONS.maxSessions, [1, MAX_SESSIONS])
  const ofOne = sessionsPerAddress(all, host)
  const perOrigin = read('maxSessionsPerAddress', ofOne, [1, MAX_SESSIONS])
  const parallel = read('parallel', DEFAULT_SESSIONS.parallel, [1, MAX_PARALLEL])
  const maxQueue = read('maxQueue', DEFAULT_SESSIONS.maxQueue, [0, MAX_SESSIONS])
  const { maxTurn } = flags
  const maxTurnMs =
    maxTurn === undefined
      ? DEFAULT_SESSIONS.maxTurnMs
      : (parseValue({ is: 'time', ...TURN_NS }, maxTurn, label('maxTurn')) as number) / 1e6
  // Whoever waited for the only session would wait for the end.
  const line = { parallel, maxQueue: flags.once ? 0 : maxQueue, maxTurnMs }
  return { places: { all, perOrigin }, line }
}
