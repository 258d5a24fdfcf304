import type { Command } from '@commander-js/extra-typings'
import { labelOf } from '../flags/option.js'
import { serveCommand } from './flags.js'

/** `xrbench serve`: the far end of other people's runs, until it is stopped. */
export function registerServe(program: Command): void {
  const command = serveCommand(program)
  command.action(async (flags) => {
    const { serveAction } = await import('./action.js')
    await serveAction(flags, (key) => labelOf(command, key))
  })
}
