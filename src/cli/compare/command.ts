import type { Command } from '@commander-js/extra-typings'
import { compareCommand } from './flags.js'

/** `xrbench compare`: one result against others. */
export function registerCompare(program: Command): void {
  compareCommand(program).action(async (base, others, flags) => {
    const { compareAction } = await import('./action.js')
    await compareAction(base, others, flags)
  })
}
