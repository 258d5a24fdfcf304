import type { Command } from '@commander-js/extra-typings'
import { ownOption } from '../flags/option.js'
import { exitCodeTable } from '../terminal/help.js'

/** `xrbench keygen`: what both ends of a session between two machines need. */
export function registerKeygen(program: Command): void {
  program
    .command('keygen')
    .description('Makes a key for `xrbench serve` and `xrbench run --peer`.')
    .argument('[file]', 'where it goes; nothing is replaced', 'xrbench.key')
    .helpOption('-h, --help', 'print this help')
    .addHelpText('after', exitCodeTable())
    .addOption(ownOption('--json', 'print a JSON document'))
    .addOption(ownOption('-q, --quiet', 'no notes; errors remain'))
    .addOption(ownOption('-v, --verbose', 'show stacks'))
    .action(async (file, { json, quiet }) => {
      const { keygenAction } = await import('./action.js')
      await keygenAction(file, { json: json === true, quiet: quiet === true })
    })
}
