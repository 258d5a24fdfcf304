import type { AgentCounts, AgentEvent } from '../session/agent/agent.js'
import type { MeasuredEnd } from '../session/agent/measured.js'

type Labels = Readonly<Record<string, string>>

/** What an agent has done so far, in the text format of Prometheus (version 0.0.4). */
export class Metrics {
  readonly #isConfined: boolean
  #rejected = 0
  #pings = 0
  /** By the code that they were refused with. */
  readonly #refused = new Map<string, number>()
  /** By the code that the session ended with. */
  readonly #sessions = new Map<string, number>()
  /** By transport, workload and status; there are only so many of these. */
  readonly #repetitions = new Map<string, { labels: Labels; count: number; bytes: number }>()
  readonly #last = new Map<string, { labels: Labels; measured: MeasuredEnd; atMs: number }>()

  /** @param isConfined what measures for clients is */
  constructor(isConfined: boolean) {
    this.#isConfined = isConfined
  }

  tell(event: AgentEvent): void {
    if (event.type === 'rejected') this.#rejected += 1
    if (event.type === 'refused') addTo(this.#refused, event.reason.code)
    if (event.type === 'session-closed' && event.isPing) this.#pings += 1
    if (event.type === 'session-closed' && !event.isPing) addTo(this.#sessions, event.reason.code)
    if (event.type === 'repetition') this.#count(event)
  }

  #count(measured: MeasuredEnd): void {
    const { transport, workload, status } = measured
    const labels = { transport, workload }
    const key = `${transport} ${workload}`
    const of = { count: 0, bytes: 0, labels: { ...labels, status } }
    const { count, bytes } = this.#repetitions.get(`${key} ${status}`) ?? of
    const total = { ...of, count: count + 1, bytes: bytes + measured.bytes }
    this.#repetitions.set(`${key} ${status}`, total)
    if (status === 'completed') this.#last.set(key, { labels, measured, atMs: Date.now() })
  }

  text({ sessions, measuring, waiting }: AgentCounts): string {
    const repetitions = [...this.#repetitions.values()]
    const last = [...this.#last.values()]
    const ofLast = (pick: (measured: MeasuredEnd) => number) =>
      last.map(({ labels, measured }): Sample => [labels, pick(measured)])
    return [
      family('confined', 'gauge', 'Whether what measures for clients is confined (seccomp).', [
        [{}, this.#isConfined ? 1 : 0],
      ]),
      family('sessions', 'gauge', 'Sessions that are held now.', [
        [{ state: 'measuring' }, measuring],
        [{ state: 'waiting' }, waiting],
        [{ state: 'other' }, Math.max(0, sessions - measuring - waiting)],
      ]),
      family(
        'sessions_closed_total',
        'counter',
        'Sessions that have ended, by the code of their end: XRB_PEER_LEFT is that of one whose client was done.',
        byCode(this.#sessions),
      ),
      family('pings_total', 'counter', 'Clients that only asked whether the agent is there.', [
        [{}, this.#pings],
      ]),
      family('rejected_total', 'counter', 'Connections that did not show the key.', [
        [{}, this.#rejected],
      ]),
      family(
        'refused_total',
        'counter',
        'Repetitions that clients asked for and were refused, by the code that they were told.',
        byCode(this.#refused),
      ),
      family(
        'repetitions_total',
        'counter',
        'Repetitions that have begun and ended: failed are those whose client went, or was cut off, too.',
        repetitions.map(({ labels, count }): Sample => [labels, count]),
      ),
      family(
        'payload_bytes_total',
        'counter',
        'Payload of their measured phases, sent or received by this end.',
        repetitions.map(({ labels, bytes }): Sample => [labels, bytes]),
      ),
      family(
        'last_messages_per_second',
        'gauge',
        'Of the last completed repetition, at this end.',
        ofLast(({ messages, seconds }) => rate(messages, seconds)),
      ),
      family(
        'last_payload_bits_per_second',
        'gauge',
        'Of the last completed repetition, at this end.',
        ofLast(({ bytes, seconds }) => rate(bytes * 8, seconds)),
      ),
      family(
        'last_timestamp_seconds',
        'gauge',
        'When the last completed repetition ended.',
        last.map(({ labels, atMs }): Sample => [labels, atMs / 1000]),
      ),
    ].join('')
  }
}

type Sample = [Labels, number]

function addTo(counts: Map<string, number>, code: string): void {
  counts.set(code, (counts.get(code) ?? 0) + 1)
}

function byCode(counts: ReadonlyMap<string, number>): Sample[] {
  return [...counts].map(([code, count]) => [{ code }, count])
}

function rate(amount: number, seconds: number): number {
  return seconds > 0 ? amount / seconds : 0
}

/** Every label value is a word of ours; a value is a float. */
function family(
  name: string,
  type: 'gauge' | 'counter',
  help: string,
  samples: readonly Sample[],
): string {
  const full = `xrbench_${name}`
  const lines = samples.map(([labels, value]) => {
    const pairs = Object.entries(labels).map(([key, word]) => `${key}="${word}"`)
    return `${full}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`} ${value}\n`
  })
  return `# HELP ${full} ${help}\n# TYPE ${full} ${type}\n${lines.join('')}`
}
