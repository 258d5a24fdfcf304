import type { Command } from '@commander-js/extra-typings'
import { option } from '../flags/option.js'
import { exitCodeTable } from '../terminal/help.js'

/** `xrbench doctor`: what can be measured here, why not, and what to do. */
export function registerDoctor(program: Command): void {
  program
    .command('doctor')
    .description('Says what each transport can do on this machine, why not, and what to do.')
    .helpOption('-h, --help', 'print this help')
    .addHelpText('after', exitCodeTable())
    .addOption(option('--json', 'print the findings as a JSON document'))
    .addOption(option('-v, --verbose', 'show stacks'))
    .action(async ({ json }) => {
      const { doctorAction } = await import('./action.js')
      await doctorAction({ json: json === true })
    })
}
