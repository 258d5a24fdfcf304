import type { Plan } from '../../plan/case.js'
import { longestMeasuringNs } from '../../plan/schedule.js'
import { caseTitle } from '../../results/document/case-name.js'
import { formatDuration } from '../../units.js'

/** What a run would do, for `--dry-run`. */
export function dryRunText(plan: Plan, output: string | null): string {
  const width = Math.max(...plan.cases.map((c) => caseTitle(c).length))
  return [
    ...plan.cases.map((c) => {
      const where = c.place === 'lab' ? '  in the lab' : ''
      return `${caseTitle(c).padEnd(width)}  × ${plan.repetitions}${where}`
    }),
    ...(plan.skipped ?? []).map(({ case: c, reason }) => `not ${c.key}: ${reason.message}`),
    '',
    summary(plan),
    output === null ? 'no result file' : `result file: ${output}`,
    '',
  ].join('\n')
}

/** The same as one JSON document. */
export function dryRunDocument(plan: Plan, output: string | null): unknown {
  return {
    schema: 'xrbench.plan/1',
    repetitions: plan.repetitions,
    longestMeasuringNs: longestMeasuringNs(plan),
    output,
    cases: plan.cases,
    skipped: plan.skipped ?? [],
  }
}

/** `4 cases × 5 repetitions, at most 80 s`. */
export function summary(plan: Plan): string {
  const ns = longestMeasuringNs(plan)
  const cases = plan.cases.length === 1 ? '1 case' : `${plan.cases.length} cases`
  const repetitions = plan.repetitions === 1 ? '1 repetition' : `${plan.repetitions} repetitions`
  const length = ns === null ? '' : `, at most ${roughly(ns / 1e9)} of measuring`
  return `${cases} × ${repetitions}${labWords(plan)}, interleaved${length}`
}

/** How many of the cases run in the lab, and for how long each time: shorter than here, unless told. */
function labWords({ cases }: Plan): string {
  const inLab = cases.filter(({ place }) => place === 'lab')
  const [first] = inLab
  if (first === undefined) return ''
  const { durationNs } = first.parameters
  const many = inLab.length === cases.length ? 'all' : String(inLab.length)
  const each = durationNs === 0 ? '' : `, ${formatDuration(durationNs)} each`
  return ` (${many} in the lab${each})`
}

function roughly(seconds: number): string {
  if (seconds < 120) return `${Math.ceil(seconds)} s`
  return seconds < 7200 ? `${Math.ceil(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`
}
