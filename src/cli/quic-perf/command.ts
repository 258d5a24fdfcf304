import type { Command } from '@commander-js/extra-typings'
import { labelOf } from '../flags/option.js'
import { EXAMPLES, perfServeCommand, runCommand } from './flags.js'

/** `xrbench quic-perf`: the perf protocol, by which stacks of QUIC are measured against each other. */
export function registerQuicPerf(program: Command): void {
  const group = program
    .command('quic-perf')
    .description(
      'Measures against other stacks of QUIC by their common perf protocol (ALPN perf, draft-banks-quic-performance).',
    )
    .helpOption('-h, --help', 'print this help')
    .addHelpText('after', EXAMPLES)
    .enablePositionalOptions()
  registerServe(group)
  registerRun(group)
}

function registerServe(group: Command): void {
  const command = perfServeCommand(group)
  command.action(async (flags) => {
    const { quicPerfServeAction } = await import('./serve.js')
    await quicPerfServeAction(flags, (key) => labelOf(command, key))
  })
}

function registerRun(group: Command): void {
  const command = runCommand(group)
  command.action(async (target, flags) => {
    const { quicPerfRunAction } = await import('./run.js')
    await quicPerfRunAction(target, flags, (key) => labelOf(command, key))
  })
}
