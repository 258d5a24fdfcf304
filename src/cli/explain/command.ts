import type { Command } from '@commander-js/extra-typings'
import { exitCodeTable } from '../terminal/help.js'

const EXAMPLES = `
Examples:
  xrbench explain                     all there is
  xrbench explain p99.9 goodputBitsPerSec
  xrbench explain --rate
  xrbench explain cpu-saturated
  xrbench explain XRB_PEER_LOST
  xrbench explain 7                   an exit code
`

/** `xrbench explain`: what a figure, a flag or a code means. */
export function registerExplain(program: Command): void {
  program
    .command('explain')
    .description('Says what a figure, a flag, an error or an exit code means, and what to do.')
    .argument('[name...]', 'as a result, a table, a help or an error has it (default: list all)')
    .helpOption('-h, --help', 'print this help')
    .addHelpText('before', EXAMPLES.trimStart())
    .addHelpText('after', exitCodeTable())
    // Names of flags are what is asked for.
    .allowUnknownOption()
    .action(async (names) => {
      const { surfaceOf } = await import('../manual/surface.js')
      const { explainAction } = await import('./action.js')
      await explainAction(names, surfaceOf(program))
    })
}
