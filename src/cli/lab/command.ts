import type { Command } from '@commander-js/extra-typings'
import { labelOf } from '../flags/option.js'
import { labCommand } from './flags.js'

/** `xrbench lab`: a shell, or a command, in a virtual machine with SoftRoCE. */
export function registerLab(program: Command): void {
  const command = labCommand(program)
  command.action(async (words, flags) => {
    const { labAction } = await import('./action.js')
    await labAction(words, flags, (key) => labelOf(command, key))
  })
}
