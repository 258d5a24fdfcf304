import type { Command } from '@commander-js/extra-typings'
import { exitCodeTable } from '../help.js'
import { option } from '../option.js'

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
      const { showAction } = await import('../show-action.js')
      await showAction(files, redact)
    })
}
