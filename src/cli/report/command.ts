import type { Command } from '@commander-js/extra-typings'
import { reportCommand } from './flags.js'

/** `xrbench report`: a page for people to look at. */
export function registerReport(program: Command): void {
  reportCommand(program).action(async (files, flags) => {
    const { reportAction } = await import('./action.js')
    await reportAction(files, flags)
  })
}
