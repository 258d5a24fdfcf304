import { EndpointProcess } from './process.js'

/**
 * Endpoint processes, one for each repetition. One can be forked ahead: starting Node.js costs more than everything else
 * between two repetitions, and must not fall into one.
 */
export class EndpointSource {
  #spare: EndpointProcess | null = null
  #closed = false

  /** Forks the next process now, unless it is there. Not to be called while something measures. */
  forkAhead(): void {
    if (!this.#closed) this.#spare ??= new EndpointProcess()
  }

  take(): EndpointProcess {
    const taken = this.#spare ?? new EndpointProcess()
    this.#spare = null
    return taken
  }

  async close(): Promise<void> {
    this.#closed = true
    const spare = this.#spare
    this.#spare = null
    await spare?.kill()
  }
}
