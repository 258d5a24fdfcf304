import type { Command } from '@commander-js/extra-typings'
import { exportCommand } from './flags.js'

/** `xrbench export`: results in the formats of other tools. */
export function registerExport(program: Command): void {
  exportCommand(program).action(async (files, flags) => {
    const { exportAction } = await import('./action.js')
    await exportAction(files, flags)
  })
}
