import type { Command } from '@commander-js/extra-typings'
import { option } from '../flags/option.js'
import { exitCodeTable } from '../terminal/help.js'

/** `xrbench validate`: whether files are results, and agree with themselves. */
export function registerValidate(program: Command): void {
  program
    .command('validate')
    .description('Checks result files: format, histograms, counts, percentiles.')
    .argument('<file...>', 'result files, .json or .json.gz')
    .helpOption('-h, --help', 'print this help')
    .addHelpText('after', exitCodeTable())
    .addOption(option('--json', 'print the findings as a JSON document'))
    .addOption(option('-v, --verbose', 'show stacks'))
    .action(async (files, { json }) => {
      const { validateAction } = await import('./action.js')
      await validateAction(files, json === true)
    })
}
