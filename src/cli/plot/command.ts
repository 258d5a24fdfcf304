import type { Command } from '@commander-js/extra-typings'
import { plotCommand } from './flags.js'

/** `xrbench plot`: pictures of results, drawn by the Python script that is also a notebook. */
export function registerPlot(program: Command): void {
  plotCommand(program).action(async (files, flags) => {
    const { plotAction } = await import('./action.js')
    await plotAction(files, flags)
  })
}
