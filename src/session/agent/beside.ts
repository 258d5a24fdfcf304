/** Who measures at the same time as others. */
export class Beside {
  readonly #running = new Set<Running>()

  /** One begins. `isShared` as soon as another one has been there at the same time. */
  begin(): Running {
    const own: Running = { isShared: this.#running.size > 0, end: () => this.#running.delete(own) }
    for (const other of this.#running) other.isShared = true
    this.#running.add(own)
    return own
  }
}

export interface Running {
  isShared: boolean
  end(): void
}
