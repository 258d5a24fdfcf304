import { type OriginLimits, originOf } from './origin.js'

/** Places for sessions, of all and of each address. */
export class Places {
  readonly #limits: OriginLimits
  readonly #taken = new Map<string, number>()
  #all = 0

  constructor(limits: OriginLimits) {
    this.#limits = limits
  }

  get taken(): number {
    return this.#all
  }

  /** Takes one and gives back how to leave it; `null` when none is free for that address. */
  enter(address: string): (() => void) | null {
    const origin = originOf(address)
    const own = this.#taken.get(origin) ?? 0
    if (this.#all >= this.#limits.all || own >= this.#limits.perOrigin) return null
    this.#count(origin, 1)
    return () => this.#count(origin, -1)
  }

  #count(origin: string, step: 1 | -1): void {
    this.#all += step
    const own = (this.#taken.get(origin) ?? 0) + step
    if (own === 0) this.#taken.delete(origin)
    else this.#taken.set(origin, own)
  }
}
