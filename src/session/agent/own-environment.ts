import type { Environment } from '../../results/schema/environment.js'
import type { Beside } from './beside.js'

/** Clients who come within that of one another are told the same: to look takes some 20 ms of a CPU, and they may come and go any number of times. */
const FRESH_MS = 1_000

/** What this machine is like, as an agent tells its clients. */
export class OwnEnvironment {
  readonly #look: () => Promise<Environment>
  readonly #beside: Beside
  #looking: Promise<Environment> | null = null
  #last: Environment | null = null
  #lastAt = 0

  constructor(look: () => Promise<Environment>, beside: Beside) {
    this.#look = look
    this.#beside = beside
  }

  /** For whoever comes: as it is, or, where somebody has just looked or to look would disturb what is measured, as it was then. */
  async shown(): Promise<{ environment: Environment; isOld: boolean }> {
    if (this.#looking !== null) return { environment: await this.#looking, isOld: true }
    const isFresh = performance.now() - this.#lastAt < FRESH_MS
    if (this.#last !== null && (isFresh || this.#beside.isMeasuring))
      return { environment: this.#last, isOld: true }
    return { environment: await this.now(), isOld: false }
  }

  /** For one that is about to measure: as it is. What is measured meanwhile is told to be shared. */
  async now(): Promise<Environment> {
    this.#beside.disturb()
    const looking = this.#look()
    this.#looking = looking
    this.#lastAt = performance.now()
    try {
      this.#last = await looking
      return this.#last
    } finally {
      if (this.#looking === looking) this.#looking = null
    }
  }
}
