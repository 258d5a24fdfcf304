import { originOf } from './origin.js'

/** Origins that are counted in a minute; of more, those that come later are not: nobody is barred for what others did. */
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
    this.#beginMinute()
    const origin = originOf(address)
    const count = this.#counts.get(origin) ?? 0
    if (count > 0 || this.#counts.size < MOST_ORIGINS) this.#counts.set(origin, count + 1)
  }

  /** Whether it has failed so often that it is not listened to for the rest of the minute. */
  isBarred(address: string): boolean {
    this.#beginMinute()
    return (this.#counts.get(originOf(address)) ?? 0) >= this.#perMinute
  }

  #beginMinute(): void {
    const now = performance.now()
    if (now - this.#since < MINUTE_MS) return
    this.#counts.clear()
    this.#since = now
  }
}
