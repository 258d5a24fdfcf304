import { isFor } from '../options/fill.js'
import { MEASURE } from '../options/measure.js'
import type { Group } from '../options/option.js'
import { circumstancesOf } from '../plan/circumstances.js'
import type { CaseResult } from '../results/schema/schema.js'

const TABLE: Group = MEASURE

/** What was asked of a case, by name, whatever carries it: where two differ in it, they answer different questions. */
export function questionOf({
  transport,
  workload,
  parameters: { requested },
}: Pick<CaseResult, 'transport' | 'workload' | 'parameters'>): Record<string, unknown> {
  const about = circumstancesOf({ transport, workload, parameters: requested })
  const values: Record<string, unknown> = { ...requested }
  return Object.fromEntries(
    Object.entries(TABLE).flatMap(([member, option]) => {
      const name = option.each ?? member
      return option.held === 'question' && isFor(option, about) ? [[name, values[name]]] : []
    }),
  )
}
