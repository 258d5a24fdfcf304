import { Argument, type Command } from '@commander-js/extra-typings'
import { toolFacts } from '../../tool-facts.js'
import { parseWord } from '../flags/list.js'
import { exitCodeTable, RUN_UNITS } from '../terminal/help.js'
import { print } from '../terminal/output.js'
import { SHELLS } from './shell-names.js'

const EXAMPLES = `
Examples:
  source <(xrbench completions bash)
  xrbench completions fish > ~/.config/fish/completions/xrbench.fish
  xrbench completions zsh > "\${fpath[1]}/_xrbench"
`

/** `xrbench completions` and `xrbench manual`: what a shell and man(1) know of the commands. */
export function registerManual(program: Command): void {
  program
    .command('completions')
    .description('Prints what lets a shell complete commands, flags and their words.')
    .addArgument(
      new Argument('<shell>', SHELLS.join(', '))
        .choices(SHELLS)
        .argParser((text: string) => parseWord(text, 'completions', 'shell', SHELLS)),
    )
    .helpOption('-h, --help', 'print this help')
    .addHelpText('before', EXAMPLES.trimStart())
    .action(async (shell) => {
      const { surfaceOf } = await import('./surface.js')
      const { COMPLETIONS } = await import('./shells.js')
      await print(COMPLETIONS[shell](surfaceOf(program)))
    })
  program
    .command('manual')
    .description('Prints the man page: xrbench manual | man -l -')
    .helpOption('-h, --help', 'print this help')
    .action(async () => {
      const { surfaceOf } = await import('./surface.js')
      const { manPage } = await import('./man.js')
      const { version } = toolFacts()
      const facts = { version, exitCodes: exitCodeTable(), units: RUN_UNITS }
      await print(manPage(surfaceOf(program), facts))
    })
}
