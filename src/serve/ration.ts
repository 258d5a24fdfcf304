/** Lets so many of what may come any number of times through each minute, and tells how many more there were. */
export class Ration {
  readonly #perMinute: number
  readonly #onRest: (count: number) => void
  #taken = 0
  #timer: NodeJS.Timeout | undefined

  /** @param onRest called at the end of a minute, and at the end of all, with those that were kept back, at least one */
  constructor(perMinute: number, onRest: (count: number) => void) {
    this.#perMinute = perMinute
    this.#onRest = onRest
  }

  /** Whether the next one is let through. */
  take(): boolean {
    this.#timer ??= setTimeout(() => this.close(), 60_000).unref()
    this.#taken += 1
    return this.#taken <= this.#perMinute
  }

  /** Ends the minute. The next one to come begins another. */
  close(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const rest = this.#taken - this.#perMinute
    this.#taken = 0
    if (rest > 0) this.#onRest(rest)
  }
}
