import type { Command } from '@commander-js/extra-typings'
import { option } from '../flags/option.js'
import { exitCodeTable } from '../terminal/help.js'

/** `xrbench show`: the table of a result again, with its percentile curve. */
export function registerShow(program: Command): void {
  program
    .command('show')
    .description('Prints the table of a result file again, and its percentile curve.')
    .argument('<file...>', 'result files, .json or .json.gz')
    .helpOption('-h, --help', 'print this help')
    .addHelpText('after', exitCodeTable())
    .addOption(option('--redact', 'hash host names and addresses'))
    .addOption(option('-v, --verbose', 'show stacks'))
    .action(async (files, { redact }) => {
      const { showAction } = await import('./action.js')
      await showAction(files, redact)
    })
}
