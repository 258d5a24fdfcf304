import { originOf } from './origin.js'

/** Origins that are kept apart; of more, all that come later count as one. */
const MOST_ORIGINS = 4096
const MINUTE_MS = 60_000

/** How often each address has shown a wrong key in this minute. */
export class Failures {
  readonly #perMinute: number
  readonly #counts = new Map<string, number>()
  #since = performance.now()

  constructor(perMinute: number) {
    this.#perMinute = perMinute
  }

  add(address: string): void {
    const origin = this.#keyOf(address)
    this.#counts.set(origin, (this.#counts.get(origin) ?? 0) + 1)
  }

  /** Whether it has failed so often that it is not listened to for the rest of the minute. */
  isBarred(address: string): boolean {
    return (this.#counts.get(this.#keyOf(address)) ?? 0) >= this.#perMinute
  }

  #keyOf(address: string): string {
    const now = performance.now()
    if (now - this.#since >= MINUTE_MS) {
      this.#counts.clear()
      this.#since = now
    }
    const origin = originOf(address)
    return this.#counts.has(origin) || this.#counts.size < MOST_ORIGINS ? origin : 'others'
  }
}
