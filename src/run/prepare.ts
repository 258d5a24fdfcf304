import { startOfResultAt } from '../results/store/older-result.js'
import { checkWritable } from '../results/store/store.js'
import { checkErrand } from './check.js'
import type { Errand } from './errand.js'
import type { RunEvent } from './events.js'
import type { OptionNames } from './names.js'
import { type Settled, settle } from './settle.js'
import type { Whereabouts } from './whereabouts.js'

interface PrepareOptions {
  readonly where: Whereabouts
  readonly names: Pick<OptionNames, 'label'>
  readonly label: string | undefined
  /** Result file; `null`: none. */
  readonly output: string | null
  /** Nothing is going to be measured: no device is made, and no file touched. */
  readonly isDry?: boolean
  readonly onEvent: (event: RunEvent) => void
}

/**
 * Makes an errand ready to be measured. Whatever can be refused is refused before anything starts.
 * @throws {XrbenchError} exit 2, 3 or 4
 */
export async function prepare(
  errand: Errand,
  { where, names, label, output, isDry = false, onEvent }: PrepareOptions,
): Promise<Settled> {
  const checked = await checkErrand(errand, where, label, names)
  if (output !== null && !isDry) {
    await checkWritable(output)
    // A measurement may be the only one of its kind: that it goes is said while it can still be kept.
    const startedAt = await startOfResultAt(output)
    if (startedAt !== null) onEvent({ type: 'replaces', file: output, startedAt })
  }
  return await settle(checked, { onEvent, makesNothing: isDry })
}
