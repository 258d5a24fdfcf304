import { Command } from '@commander-js/extra-typings'
import { registerAb } from './commands/ab.js'
import { registerCompare } from './commands/compare.js'
import { registerDoctor } from './commands/doctor.js'
import { registerExport } from './commands/export.js'
import { registerLab } from './commands/lab.js'
import { registerPlot } from './commands/plot.js'
import { registerQuicPerf } from './commands/quic-perf.js'
import { registerReport } from './commands/report.js'
import { registerRun } from './commands/run.js'
import { registerServe } from './commands/serve.js'
import { registerShow } from './commands/show.js'
import { registerValidate } from './commands/validate.js'
import { exitCodeTable } from './help.js'
import { packageVersion } from './version.js'

/** The command tree. What a command needs to do its work is loaded when it is called. */
export function createProgram(): Command {
  const program = new Command('xrbench')
    .description(
      'Ping-pong and streams over RDMA, TCP, UDP and QUIC, with tail latency you can trust.',
    )
    .version(packageVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .addHelpText('after', exitCodeTable())
    .exitOverride()
    .enablePositionalOptions()
    .configureOutput({ outputError: () => {} })
    .showSuggestionAfterError()
  registerRun(program)
  registerServe(program)
  registerAb(program)
  registerCompare(program)
  registerReport(program)
  registerShow(program)
  registerValidate(program)
  registerExport(program)
  registerPlot(program)
  registerDoctor(program)
  registerLab(program)
  registerQuicPerf(program)
  return program
}
