import type { Command } from '@commander-js/extra-typings'
import { option, ownOption } from '../flags/option.js'
import { exitCodeTable } from '../terminal/help.js'

/** Flags of `plot` as commander gives them. */
export type PlotFlags = ReturnType<ReturnType<typeof plotCommand>['opts']>

const NOTES = `
Draws percentile curves, the scatter of repetitions, latency over time, throughput and CPU cost; of a comparison (compare --json) its ratios.
It takes the first Python that has matplotlib: XRBENCH_PYTHON, python3 of the path, /usr/bin/python3.
The script, notebooks/xrbench_plots.py, runs alone too and opens as a notebook.
`

/** The command with its options. */
export function plotCommand(program: Command) {
  return program
    .command('plot')
    .description('Draws result files as pictures (Python with matplotlib).')
    .argument('<file...>', 'result files, or what compare --json printed')
    .helpOption('-h, --help', 'print this help')
    .addHelpText('after', NOTES + exitCodeTable())
    .addOption(ownOption('-o, --output <folder>', 'for the pictures (default: here)'))
    .addOption(option('--format <name>', 'png, svg or pdf (default: png)'))
    .addOption(option('-v, --verbose', 'show stacks'))
}
