/** Who measures at the same time as others. */
export class Beside {
  readonly #running = new Set<Running>()

  get isMeasuring(): boolean {
    return this.#running.size > 0
  }

  /** Something is done for another client that takes a CPU. */
  disturb(): void {
    for (const one of this.#running) one.isShared = true
  }

  /** One begins. `isShared` as soon as another one has been there at the same time. */
  begin(): Running {
    const own: Running = { isShared: this.#running.size > 0, end: () => this.#running.delete(own) }
    this.disturb()
    this.#running.add(own)
    return own
  }
}

interface Running {
  isShared: boolean
  end(): void
}
