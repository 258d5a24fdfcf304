/** Calls a listener; the first error it throws ends what it listens to, and is kept. */
export class Listener<Event> {
  readonly #onEvent: ((event: Event) => void) | undefined
  readonly #stop = new AbortController()
  #error: { thrown: unknown } | null = null

  constructor(onEvent: ((event: Event) => void) | undefined) {
    this.#onEvent = onEvent
  }

  /** Aborts when the listener has thrown. */
  get signal(): AbortSignal {
    return this.#stop.signal
  }

  readonly tell = (event: Event): void => {
    if (this.#error !== null) return
    try {
      this.#onEvent?.(event)
    } catch (thrown) {
      this.#error = { thrown }
      this.#stop.abort(thrown)
    }
  }

  /** @throws what the listener threw, if it did */
  rethrow(): void {
    if (this.#error !== null) throw this.#error.thrown
  }
}
