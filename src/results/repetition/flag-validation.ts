import type { Cpu, Interval, Repetition } from '../schema/schema.js'
import { isPushedOff } from './flags.js'
import { intervalRates } from './intervals.js'
import { beginsUnsteadily } from './steadiness.js'

/** One run beside which something was planted, or nothing: what the flags are judged by. */
export interface PlantedRun {
  planted: 'clean' | 'hog' | 'ramp'
  warmupEnded: NonNullable<Repetition['warmup']>['ended']
  intervals: Pick<Interval, 'durationNs' | 'messages' | 'bytes'>[]
  cpu: Record<
    'client' | 'server',
    Pick<Cpu, 'mostRunDelay' | 'demand' | 'busiestThread'> & { switchesPerSec: number }
  >
}

/** What a flag made of the runs. */
interface Judgement {
  flag: string
  /** Of the runs beside which was planted what it is to find. */
  found: number
  planted: number
  /** Of the clean runs. */
  falseAlarms: number
  clean: number
}

type Rule = (run: PlantedRun) => boolean

const RULES: [string, PlantedRun['planted'], Rule][] = [
  ['harness-overload', 'hog', ({ cpu }) => [cpu.client, cpu.server].some(isPushedOff)],
  [
    'warmup-unsteady',
    'ramp',
    ({ intervals }) => beginsUnsteadily(intervalRates(intervals)) === true,
  ],
  // What they were before, to show what the change was for.
  [
    'by switches (was harness-overload)',
    'hog',
    ({ cpu }) => [cpu.client, cpu.server].some(({ switchesPerSec }) => switchesPerSec > 50),
  ],
  ['by the cap (was warmup-unsteady)', 'ramp', ({ warmupEnded }) => warmupEnded === 'cap'],
]

/** What each flag, and each rule that was its forerunner, finds in runs with a planted disturbance and in clean ones. */
export function judge(runs: readonly PlantedRun[]): Judgement[] {
  const clean = runs.filter(({ planted }) => planted === 'clean')
  return RULES.map(([flag, planted, rule]) => {
    const disturbed = runs.filter((run) => run.planted === planted)
    return {
      flag,
      found: disturbed.filter(rule).length,
      planted: disturbed.length,
      falseAlarms: clean.filter(rule).length,
      clean: clean.length,
    }
  })
}

/** A line for each. */
export function toldOf(judgements: readonly Judgement[]): string[] {
  return judgements.map(
    ({ flag, found, planted, falseAlarms, clean }) =>
      `${flag.padEnd(36)} found ${found}/${planted}   false alarms ${falseAlarms}/${clean}`,
  )
}
