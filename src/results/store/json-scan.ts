/** How large JSON may be before it is made into values, which take up to a hundred times its bytes. */
export interface JsonLimits {
  /** Values, containers included. */
  maxValues: number
  /** Containers within one another. */
  maxDepth: number
}

const [QUOTE, COMMA, BACKSLASH] = [0x22, 0x2c, 0x5c]
const [BRACKET, BRACKET_END, BRACE, BRACE_END] = [0x5b, 0x5d, 0x7b, 0x7d]

/** Counts what is in JSON as its bytes come, and knows no more of it: that it is JSON is for its parser to say. */
export class JsonScan {
  readonly #limits: JsonLimits
  #values = 0
  #depth = 0
  #isInText = false
  #isEscaped = false

  constructor(limits: JsonLimits) {
    this.#limits = limits
  }

  /** Takes the next bytes, UTF-8. @returns what is too much, as the end of a sentence; `null`: nothing so far */
  push(bytes: Uint8Array): string | null {
    const { maxValues, maxDepth } = this.#limits
    for (let at = 0; at < bytes.length; at++) {
      const byte = bytes[at]
      if (this.#isInText) {
        at = this.#passText(bytes, at)
        continue
      }
      if (byte === QUOTE) this.#isInText = true
      else if (byte === COMMA) this.#values++
      else if (byte === BRACKET || byte === BRACE) {
        this.#values++
        this.#depth++
        if (this.#depth > maxDepth) return `is nested more than ${maxDepth} deep`
      } else if (byte === BRACKET_END || byte === BRACE_END) this.#depth--
      if (this.#values > maxValues) {
        return `holds more than ${maxValues.toLocaleString('en-US')} values`
      }
    }
    return null
  }

  /** From within a text on: where it ends, or where the bytes do. */
  #passText(bytes: Uint8Array, from: number): number {
    for (let at = from; at < bytes.length; at++) {
      if (this.#isEscaped) this.#isEscaped = false
      else if (bytes[at] === BACKSLASH) this.#isEscaped = true
      else if (bytes[at] === QUOTE) {
        this.#isInText = false
        return at
      }
    }
    return bytes.length
  }
}
