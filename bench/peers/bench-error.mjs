/** What these runs tell their user when they cannot go on: one sentence, a hint that can be pasted, an exit code. */
export class BenchError extends Error {
  /**
   * @param {number} exitCode
   * @param {string} sentence
   * @param {string} [hint]
   */
  constructor(exitCode, sentence, hint) {
    super(sentence)
    this.name = 'BenchError'
    this.exitCode = exitCode
    this.hint = hint
  }
}
