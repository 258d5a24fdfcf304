import { usageError, type XrbenchError } from '../errors.js'
import { matches } from './pattern.js'
import { type CaseRef, METRIC_NAMES, type MetricName } from './schema.js'

/** One `--fail-on`: what may not become worse by more than how much, in which cases. */
export interface Gate {
  /** As it was written. */
  text: string
  metric: MetricName
  /** Of cases ({@link matches}); `null` = all cases that have the metric. */
  pattern: string | null
  /** In the worse direction, as a part (0.05 = 5 %); for loss the difference of the lost parts. */
  tolerance: number
}

const HINT = "--fail-on 'p99:+5%', --fail-on 'throughput@tcp/*:-3%', --fail-on 'loss:+0.1%'"

/**
 * Reads `METRIC[@PATTERN]:±N%`. The sign has to be that of the worse direction, so that nobody guards the wrong side.
 * @throws {XrbenchError} `XRB_BAD_GATE`
 */
export function parseGate(text: string): Gate {
  const match = /^([^@:\s]+)(?:@(.+))?:([+-])(\d+(?:\.\d+)?)%$/.exec(text.trim())
  if (match === null) throw bad(text, 'is not METRIC[@PATTERN]:±N%', HINT)
  const [, name = '', pattern, sign, percent = ''] = match
  const metric = METRIC_NAMES.find((known) => known === name)
  if (metric === undefined) {
    throw bad(text, `names no metric: '${name}'`, `metrics are ${METRIC_NAMES.join(', ')}`)
  }
  const worse = metric === 'throughput' ? '-' : '+'
  if (sign !== worse) {
    const right = text.trim().replace(/:[+-](?=[^:]*$)/, `:${worse}`)
    throw bad(text, `guards the better direction of ${metric}`, `--fail-on '${right}'`)
  }
  const tolerance = Number(percent) / 100
  // No rate falls by more than all of it, and no more is lost than all.
  if ((metric === 'throughput' || metric === 'loss') && tolerance >= 1)
    throw bad(text, 'can never fail', HINT)
  return { text: text.trim(), metric, pattern: pattern ?? null, tolerance }
}

/** Whether a gate concerns this case. */
export function concerns({ pattern }: Gate, ref: CaseRef): boolean {
  return pattern === null || matches(pattern, ref)
}

function bad(text: string, says: string, hint: string): XrbenchError {
  return usageError('XRB_BAD_GATE', `--fail-on: '${text}' ${says}.`, hint)
}
