import type { Command } from '@commander-js/extra-typings'
import { withRunOptions } from '../run/flags.js'
import { flagsGiven } from './sides.js'

const EXAMPLES = `
Usage: xrbench ab [options of both] -- [options of A] -- [options of B]

Examples:
  xrbench ab -t tcp -- --wait block -- --wait spin
  xrbench ab -w stream -- -t tcp --congestion cubic -- -t tcp --congestion bbr
  xrbench ab -t udp -s 64,1k --repeat 20 -- -- --busy-poll 50

Both configurations are measured in turn, A B B A, so that a machine that drifts favours neither; B is then compared with A, repetition by
repetition. The result file holds both: xrbench compare FILE tells again, and gates with --fail-on. Ten repetitions unless told.
The options are those of xrbench run. Where it is measured, and what becomes of the result, is the same for both.
`

/** `xrbench ab`: two configurations against each other. */
export function registerAb(program: Command): void {
  const command = withRunOptions(
    program
      .command('ab')
      .usage('[options] -- [options of A] -- [options of B]')
      .description('Measures two configurations in turn, and compares them.')
      .addHelpText('before', EXAMPLES.trimStart()),
  ).argument('[sides...]', 'options of A, --, options of B')
  command.action(async (sides) => {
    const { abAction } = await import('./action.js')
    await abAction(sides, flagsGiven(command))
  })
}
