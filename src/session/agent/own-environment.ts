import type { Environment } from '../../results/schema/environment.js'
import type { Beside } from './beside.js'

/** What this machine is like, as an agent tells its clients. */
export class OwnEnvironment {
  readonly #look: () => Promise<Environment>
  readonly #beside: Beside
  #last: Environment | null = null

  constructor(look: () => Promise<Environment>, beside: Beside) {
    this.#look = look
    this.#beside = beside
  }

  /** For whoever comes: as it is, or, where to look would disturb what is measured, as it was when somebody last did. */
  async shown(): Promise<{ environment: Environment; isOld: boolean }> {
    if (this.#last !== null && this.#beside.isMeasuring)
      return { environment: this.#last, isOld: true }
    return { environment: await this.now(), isOld: false }
  }

  /** For one that is about to measure: as it is. What is measured meanwhile is told to be shared. */
  async now(): Promise<Environment> {
    this.#beside.disturb()
    this.#last = await this.#look()
    return this.#last
  }
}
