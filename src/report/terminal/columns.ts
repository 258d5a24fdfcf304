import { completedOf } from '../../results/repetition/completed.js'
import type { CaseResult } from '../../results/schema/schema.js'
import { ABSENT } from '../words/quantity.js'
import { type Column, numbers } from './column.js'
import { latencyColumns } from './latency-columns.js'
import { STREAM_COLUMNS } from './stream-columns.js'

/** Without one figure these say nothing; each other is asked for by everybody, and its dash is an answer. */
const WHERE_KNOWN = ['±', 'of the runs', 'lost', 'resent', 'handshake']

/** The columns of one kind of cases, streams or what has a latency, without those that would be empty. */
export function columnsFor(
  cases: readonly CaseResult[],
  planned: number,
  { hasPath }: { hasPath: boolean },
): Column[] {
  const isOfStreams = cases.every(({ workload }) => workload === 'stream')
  const own = isOfStreams ? STREAM_COLUMNS : latencyColumns(cases)
  const columns = own.filter(
    (column) =>
      !WHERE_KNOWN.includes(column.title) || cases.some((one) => column.cell(one) !== ABSENT),
  )
  return [
    ...(hasPath ? [PATH] : []),
    ...columns,
    ...(cases.some((one) => completed(one) !== planned) ? [runs(planned)] : []),
  ]
}

const PATH: Column = {
  ...{ title: 'path', part: 'figure', align: 'left' },
  cell: ({ path }) => path ?? ABSENT,
}

function runs(planned: number): Column {
  return numbers('runs', 'cost', (result) => `${completed(result)}/${planned}`)
}

function completed({ repetitions }: CaseResult): number {
  return completedOf(repetitions).length
}
