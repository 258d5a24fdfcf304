/** Lines that are kept for when something goes wrong. */
const KEPT_LINES = 200
const MAX_LINE_CHARS = 400

/** What a guest's console showed last, as plain text. */
export class ConsoleLog {
  #lines: string[] = []
  #partial = ''

  push(text: string): void {
    const pieces = (this.#partial + text).split(/\r?\n/)
    this.#partial = (pieces.pop() ?? '').slice(-MAX_LINE_CHARS)
    this.#lines.push(...pieces.map(plain).filter((line) => line !== ''))
    this.#lines = this.#lines.slice(-KEPT_LINES)
  }

  last(count: number): string[] {
    const rest = plain(this.#partial)
    return [...this.#lines, ...(rest === '' ? [] : [rest])].slice(-count)
  }
}

/** Without escape sequences (ECMA-48, 5.4) and other control characters. */
function plain(line: string): string {
  return (
    line
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is removed
      .replace(/\x1b(\[[0-?]*[ -/]*[@-~]|[@-Z\\-_])/g, '')
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is removed
      .replace(/[\x00-\x08\x0b-\x1f\x7f]/g, '')
      .slice(0, MAX_LINE_CHARS)
      .trimEnd()
  )
}
