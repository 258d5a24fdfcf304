import type { Case } from '../../plan/case.js'
import { caseTitle } from '../../results/document/case-name.js'
import type { RunEvent } from '../../run/events.js'
import { formatDuration } from '../../units.js'
import { waitingWords } from './waiting.js'

/** Shortest time between two redraws of the line, milliseconds. */
const REDRAW_MS = 500

/** Whether a line may be redrawn in place: somebody looks at it on a terminal that can. */
export function canRedraw(stream: NodeJS.WriteStream): boolean {
  const { CI, TERM } = process.env
  return (
    stream.isTTY === true && TERM !== 'dumb' && (CI === undefined || CI === '' || CI === 'false')
  )
}

/** Shows how a run goes: one line, redrawn; or a line for each finished case where that cannot be. */
export class ProgressView {
  readonly #stream: NodeJS.WriteStream
  readonly #redraws: boolean
  readonly #repetitions: number
  readonly #isVerbose: boolean
  #lastDrawnMs = Number.NEGATIVE_INFINITY
  #isDrawn = false
  /** In the line at the agent, as last told. */
  #position: number | null = null

  constructor(
    stream: NodeJS.WriteStream,
    options: { redraws: boolean; repetitions: number; isVerbose: boolean },
  ) {
    this.#stream = stream
    this.#redraws = options.redraws
    this.#repetitions = options.repetitions
    this.#isVerbose = options.isVerbose
  }

  show(event: RunEvent): void {
    if (event.type === 'waiting') this.#waiting(event)
    if (event.type === 'started') this.#draw(`${this.#place(event)} starting`)
    if (event.type === 'progress') this.#draw(`${this.#place(event)} ${describe(event)}`)
    if (event.type === 'finished') this.#finished(event)
  }

  /** Writes a line of its own; the progress line makes way. */
  line(text: string): void {
    this.clear()
    this.#stream.write(`${text}\n`)
  }

  clear(): void {
    if (this.#isDrawn) this.#stream.write('\r\x1b[K')
    this.#isDrawn = false
  }

  #waiting({ position, aboutMs }: Extract<RunEvent, { type: 'waiting' }>): void {
    const text = `waiting: ${waitingWords(position, aboutMs)}`
    if (this.#redraws) this.#draw(text)
    else if (position !== this.#position) this.line(text)
    this.#position = position
  }

  #finished(event: Extract<RunEvent, { type: 'finished' }>): void {
    const { slot, repetition } = event
    if (this.#isVerbose) {
      const messages = repetition.messages?.toLocaleString('en-US') ?? 'no'
      const seconds = (repetition.totalNs / 1e9).toFixed(1)
      this.line(
        `${this.#place(event)} ${repetition.status}, ${messages} messages, ${seconds} s in all`,
      )
      return
    }
    if (this.#redraws || repetition.status !== 'completed') return
    if (slot.index === this.#repetitions - 1) this.line(caseLine(slot.case, this.#repetitions))
  }

  #place({
    slot,
    total,
  }: Extract<RunEvent, { type: 'started' | 'progress' | 'finished' }>): string {
    const round = `${slot.index + 1} of ${this.#repetitions}`
    return `[${slot.order + 1}/${total}] ${nameOf(slot.case)}, repetition ${round}:`
  }

  #draw(text: string): void {
    const nowMs = performance.now()
    if (!this.#redraws || nowMs - this.#lastDrawnMs < REDRAW_MS) return
    this.#lastDrawnMs = nowMs
    this.#isDrawn = true
    this.#stream.write(`\r${text.slice(0, (this.#stream.columns || 80) - 1)}\x1b[K`)
  }
}

function describe({ slot, progress }: Extract<RunEvent, { type: 'progress' }>): string {
  switch (progress.phase) {
    case 'warmup':
      return 'warming up'
    case 'measure':
      return `${progress.messages.toLocaleString('en-US')} ${slot.case.workload === 'stream' ? 'messages' : 'round trips'}`
    case 'idle':
      return 'connecting'
    case 'done':
      return 'done'
  }
}

function nameOf(c: Case): string {
  return c.place === 'lab' ? `${caseTitle(c)} in the lab` : caseTitle(c)
}

function caseLine(c: Case, repetitions: number): string {
  const { durationNs, iterations } = c.parameters
  const length =
    durationNs > 0 ? formatDuration(durationNs) : `${iterations.toLocaleString('en-US')} messages`
  return `measured ${nameOf(c)}: ${repetitions} × ${length}`
}
