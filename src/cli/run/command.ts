import type { Command } from '@commander-js/extra-typings'
import { labelOf } from '../flags/option.js'
import { RUN_EXAMPLES } from '../terminal/help.js'
import { withRunOptions } from './flags.js'

/** `xrbench run`: measures, prints the table, writes the result file. */
export function registerRun(program: Command): void {
  const command = runCommand(program)
  command.action(async (flags) => {
    const { runAction } = await import('./action.js')
    await runAction(flags, {
      label: (key) => labelOf(command, key),
      isGiven: (key) => command.getOptionValueSource(key) === 'cli',
    })
  })
}

function runCommand(program: Command) {
  const command = program
    .command('run')
    .description('Measures each transport, prints a table, and writes a result file.')
    .addHelpText('before', RUN_EXAMPLES.trimStart())
  return withRunOptions(command)
}
