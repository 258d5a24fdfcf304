import { Command } from '@commander-js/extra-typings'
import { toolFacts } from '../tool-facts.js'
import { registerAb } from './ab/command.js'
import { registerCompare } from './compare/command.js'
import { registerDoctor } from './doctor/command.js'
import { registerExplain } from './explain/command.js'
import { registerExport } from './export/command.js'
import { registerKeygen } from './keygen/command.js'
import { registerLab } from './lab/command.js'
import { registerManual } from './manual/command.js'
import { registerPing } from './ping/command.js'
import { registerPlot } from './plot/command.js'
import { registerQuicPerf } from './quic-perf/command.js'
import { registerReport } from './report/command.js'
import { registerRun } from './run/command.js'
import { registerServe } from './serve/command.js'
import { registerShow } from './show/command.js'
import { exitCodeTable } from './terminal/help.js'
import { registerValidate } from './validate/command.js'

/** The command tree. What a command needs to do its work is loaded when it is called. */
export function createProgram(): Command {
  const program = new Command('xrbench')
    .description(
      'Ping-pong, streams and requests over RDMA, TCP, TLS, UDP and QUIC, with tail latency you can trust.',
    )
    .version(toolFacts().version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .addHelpText('after', exitCodeTable())
    .exitOverride()
    .enablePositionalOptions()
    .configureOutput({ outputError: () => {} })
    .showSuggestionAfterError()
  registerRun(program)
  registerServe(program)
  registerKeygen(program)
  registerPing(program)
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
  registerExplain(program)
  registerManual(program)
  return program
}
