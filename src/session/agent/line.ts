import { deferred } from '../../deferred.js'
import { SERVE } from '../../options/serve.js'

/** How many measure, and how many may wait for that. */
export interface LineLimits {
  parallel: number
  maxQueue: number
  /** Of a turn, beyond half as long again as the client told. Default: a minute. */
  graceMs?: number
  /** Of a turn, whatever the client told. Default: four hours. */
  maxTurnMs?: number
}

/** Where one stands who waits. */
interface PlaceInLine {
  /** 1: the next. */
  place: number
  /** Until its turn, by what the others have told; `null`: one of them did not tell. */
  aboutMs: number | null
}

/** One client's turn, or its way there. */
export interface Ticket {
  /** Resolves when it may measure. */
  readonly turn: Promise<void>
  /** Resolves when it has measured for longer than it told, and somebody waits. */
  readonly overrun: Promise<void>
  /** `null`: it is its turn, or it has left. */
  standing(): PlaceInLine | null
  /** Called whenever somebody before it has left. */
  onMove(listener: () => void): void
  /** Idempotent. */
  leave(): void
}

/** Repetitions fail, and machines are slow. */
const GRACE_MS = 60_000
/** Of a client that did not tell, while others wait. */
const UNTOLD_MS = 600_000
const DEFAULT_MAX_TURN_MS = SERVE.maxTurnNs.default / 1e6

interface Member {
  readonly planMs: number | null
  /** `null`: it waits. */
  beganMs: number | null
  /** Its turn lasts so long at most while others wait. */
  readonly limitMs: number
  readonly turn: () => void
  readonly overrun: () => void
  moved: () => void
}

/** Clients that measure, a few at a time, in the order in which they came. */
export class Line {
  readonly #limits: LineLimits
  readonly #graceMs: number
  readonly #maxTurnMs: number
  readonly #measuring = new Set<Member>()
  readonly #waiting: Member[] = []
  #timer: NodeJS.Timeout | undefined

  constructor(limits: LineLimits) {
    this.#limits = limits
    this.#graceMs = limits.graceMs ?? GRACE_MS
    this.#maxTurnMs = limits.maxTurnMs ?? DEFAULT_MAX_TURN_MS
  }

  get measuring(): number {
    return this.#measuring.size
  }

  get waiting(): number {
    return this.#waiting.length
  }

  /** Where somebody would stand who came now; `null`: it would be its turn. */
  get end(): PlaceInLine | null {
    return this.#isFree ? null : this.#standingAt(this.#waiting.length)
  }

  /**
   * Joins at the end.
   * @param planMs how long it is going to measure; `null`: it does not know
   * @returns `null` when as many wait as may
   */
  join(planMs: number | null): Ticket | null {
    const isFull = !this.#isFree && this.#waiting.length >= this.#limits.maxQueue
    return isFull ? null : this.#enter(planMs)
  }

  /** As `join`, for one that does not know how to wait: `null` when it would have to. */
  joinNow(planMs: number | null): Ticket | null {
    return this.#isFree ? this.#enter(planMs) : null
  }

  get #isFree(): boolean {
    return this.#waiting.length === 0 && this.#measuring.size < this.#limits.parallel
  }

  #enter(planMs: number | null): Ticket {
    const turn = deferred<void>()
    const overrun = deferred<void>()
    const told = planMs === null ? null : Math.min(Math.max(planMs, 0), this.#maxTurnMs)
    const limitMs = told === null ? UNTOLD_MS : 1.5 * told + this.#graceMs
    const member: Member = {
      planMs: told,
      beganMs: null,
      limitMs: Math.min(limitMs, this.#maxTurnMs),
      turn: turn.resolve,
      overrun: overrun.resolve,
      moved: () => {},
    }
    this.#waiting.push(member)
    this.#advance()
    return {
      turn: turn.promise,
      overrun: overrun.promise,
      standing: () => {
        const index = this.#waiting.indexOf(member)
        return index < 0 ? null : this.#standingAt(index)
      },
      onMove: (listener) => {
        member.moved = listener
      },
      leave: () => this.#leave(member),
    }
  }

  #leave(member: Member): void {
    const index = this.#waiting.indexOf(member)
    if (index >= 0) this.#waiting.splice(index, 1)
    this.#measuring.delete(member)
    this.#advance()
    for (const one of this.#waiting) one.moved()
  }

  #advance(): void {
    while (this.#measuring.size < this.#limits.parallel) {
      const next = this.#waiting.shift()
      if (next === undefined) break
      next.beganMs = performance.now()
      this.#measuring.add(next)
      next.turn()
    }
    this.#watch()
  }

  /** Ends the turns that last too long, as soon as there is somebody to have them. */
  #watch(): void {
    clearTimeout(this.#timer)
    if (this.#waiting.length === 0) return
    const leftMs = [...this.#measuring].map((one) => one.limitMs - since(one))
    for (const [i, member] of [...this.#measuring].entries()) {
      if ((leftMs[i] ?? 0) <= 0) member.overrun()
    }
    const nextMs = Math.min(...leftMs.filter((ms) => ms > 0))
    if (!Number.isFinite(nextMs)) return
    this.#timer = setTimeout(() => this.#watch(), Math.ceil(nextMs)).unref()
  }

  #standingAt(index: number): PlaceInLine {
    const free = [...this.#measuring].map((one) => Math.max(0, lastsMs(one) - since(one)))
    for (const one of this.#waiting.slice(0, index)) {
      const first = Math.min(...free)
      free[free.indexOf(first)] = first + lastsMs(one)
    }
    const aboutMs = Math.min(...free)
    return { place: index + 1, aboutMs: Number.isFinite(aboutMs) ? Math.round(aboutMs) : null }
  }
}

function lastsMs({ planMs }: Member): number {
  return planMs ?? Number.POSITIVE_INFINITY
}

function since({ beganMs }: Member): number {
  return beganMs === null ? 0 : performance.now() - beganMs
}
