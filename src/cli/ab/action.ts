import { compareResults } from '../../compare/compare.js'
import { XrbenchError } from '../../errors.js'
import { renderComparison } from '../../report/terminal/compare-text.js'
import { renderTable } from '../../report/terminal/table.js'
import type { ResultDocument } from '../../results/schema/schema.js'
import { pairErrand } from '../../run/pair.js'
import { carryOut } from '../run/carry-out.js'
import { layoutOf } from '../terminal/output.js'
import { readConfigurations } from './request.js'
import type { GivenFlags } from './sides.js'

/** `xrbench ab`: two configurations measured in turn at one place, and compared. */
export async function abAction(sides: readonly string[], both: GivenFlags): Promise<void> {
  const [a, b] = readConfigurations(sides, both)
  await carryOut(pairErrand(a, b, both.names), both.flags, both.names, render)
}

function render(doc: ResultDocument, file: string | null): string {
  const layout = layoutOf(process.stdout)
  const source = { file: file ?? 'this run', doc }
  try {
    const options = { across: 'variant', forced: false, gates: [] } as const
    return renderComparison(compareResults(source, [source], options), layout)
  } catch (error) {
    if (!(error instanceof XrbenchError)) throw error
    // It ended before there was anything to compare.
    return renderTable(doc, layout)
  }
}
