import type { DotsChart, Unit } from '../charts/chart.js'
import { words } from '../charts/ticks.js'
import { ABSENT } from '../words/quantity.js'
import { slices } from './curve-charts.js'
import type { CaseDigest } from './digest.js'
import { groupsOf, type SeriesEntry } from './series.js'
import { spreadTriple } from './size-charts.js'

interface Kind {
  id: string
  title: string
  caption: string
  workload: CaseDigest['workload']
  unit: Unit
  xName: string
  /** What a message's CPU time is divided by. */
  per(c: CaseDigest): number
}

const KINDS: readonly Kind[] = [
  {
    id: 'cpu-per-round-trip',
    title: 'CPU time per round trip',
    caption:
      'User and system time of the measuring threads at each end, without soft interrupts. A spinning wait uses a whole CPU: it pays for its speed here.',
    workload: 'ping-pong',
    unit: 'ns',
    xName: 'CPU time per round trip',
    per: () => 1,
  },
  {
    id: 'cpu-per-request',
    title: 'CPU time per request answered',
    caption: 'User and system time of the measuring threads at each end, without soft interrupts.',
    workload: 'rr',
    unit: 'ns',
    xName: 'CPU time per request',
    per: () => 1,
  },
  {
    id: 'cpu-per-message',
    title: 'CPU time per message of a stream',
    caption: 'User and system time of the measuring threads at each end, without soft interrupts.',
    workload: 'stream',
    unit: 'ns',
    xName: 'CPU time per message',
    per: () => 1,
  },
  {
    id: 'cpu-per-byte',
    title: 'CPU time per byte of a stream',
    caption:
      'The same for each byte of payload: seconds of CPU time for a gigabyte (10⁹ bytes), which are also nanoseconds for a byte.',
    workload: 'stream',
    unit: 's/GB',
    xName: 'CPU time per gigabyte',
    per: ({ bytes }) => bytes,
  },
]

const MOST_ROWS = 32

export function costCharts(entries: readonly SeriesEntry[], place: string): DotsChart[] {
  return KINDS.flatMap((kind) => {
    const concerned = groupsOf(
      entries.filter(
        ({ case: { workload, values } }) =>
          workload === kind.workload && values.cpuClient.length + values.cpuServer.length > 0,
      ),
    ).flat()
    return slices(concerned, MOST_ROWS).map((own, i) =>
      chartOf(kind, own, `${place}-${kind.id}-${i + 1}`),
    )
  })
}

function chartOf(kind: Kind, entries: readonly SeriesEntry[], id: string): DotsChart {
  const rows = entries.map(({ row, slot, case: c }) => {
    const spread = (values: readonly number[]) =>
      spreadTriple(values.map((value) => value / kind.per(c)))
    return {
      name: row,
      slot,
      client: spread(c.values.cpuClient),
      server: spread(c.values.cpuServer),
    }
  })
  const cell = (spread: DotsChart['rows'][number]['client']) =>
    spread === null ? ABSENT : words(spread[0], kind.unit)
  return {
    kind: 'dots',
    id,
    title: kind.title,
    caption: kind.caption,
    unit: kind.unit,
    xName: kind.xName,
    rows,
    table: {
      head: ['', 'client, median', 'server, median'],
      rows: rows.map(({ name, client, server }) => [name, cell(client), cell(server)]),
    },
  }
}
