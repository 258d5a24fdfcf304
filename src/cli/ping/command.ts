import type { Command } from '@commander-js/extra-typings'
import { option, ownOption } from '../flags/option.js'
import { exitCodeTable } from '../terminal/help.js'

/** `xrbench ping`: whether an agent is there, and how long one would wait. */
export function registerPing(program: Command): void {
  program
    .command('ping')
    .description('Looks whether the agent of another machine is there, and measures nothing.')
    .argument('<host[:port]>', 'where `xrbench serve` listens')
    .helpOption('-h, --help', 'print this help')
    .addHelpText('after', exitCodeTable())
    .addOption(option('-k, --key-file <file>', 'key of that agent').makeOptionMandatory())
    .addOption(option('-4, --ipv4', 'use IPv4'))
    .addOption(option('-6, --ipv6', 'use IPv6'))
    .addOption(ownOption('--json', 'print a JSON document'))
    .addOption(ownOption('-v, --verbose', 'show stacks'))
    .action(async (peer, flags) => {
      const { pingAction } = await import('./action.js')
      await pingAction(peer, flags)
    })
}
