/**
 * Words that others wrote: a peer, or whoever made a file. They are made harmless where they come in, and said to be theirs where they are
 * shown; what is behind that door prints them as it prints its own.
 */

/** What a terminal obeys or a reader does not see: controls, formats such as those of writing direction, line ends of their own, halves of letters. */
const NOT_TEXT = String.raw`[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]`
const ANY = new RegExp(NOT_TEXT, 'gu')
const ANY_WITHIN_LINES = new RegExp(String.raw`(?!\n)${NOT_TEXT}`, 'gu')
/** In JSON: whether a text of it may hold such a thing, escaped or not. Between texts, white space does no harm. */
const MAY_HOLD = new RegExp(String.raw`\\[bfnrtu]|(?![\t\n\r])${NOT_TEXT}`, 'u')

/** `text` on one line: a picture in place of each control character (`␛`, `␊`), `\ufffd` in place of all else that is no text. */
export function harmless(text: string): string {
  return text.replaceAll(ANY, pictureOf)
}

/** {@link harmless}, line by line. */
export function harmlessLines(text: string): string {
  return text.replaceAll(ANY_WITHIN_LINES, pictureOf)
}

/** Unicode has pictures of those below the space, and of DEL. */
function pictureOf(character: string): string {
  const code = character.charCodeAt(0)
  if (code < 0x20) return String.fromCharCode(0x2400 + code)
  return code === 0x7f ? '\u2421' : '\ufffd'
}

/** The first line of a text, which may have been made {@link harmless} since it was written. */
export function firstLine(text: string): string {
  return text.split(/[\n\u240a]/, 1)[0] ?? text
}

/**
 * JSON that others wrote; all texts in it, names of members too, are {@link harmless}.
 * @throws {SyntaxError} when it is none
 */
export function parseForeignJson(text: string): unknown {
  const value: unknown = JSON.parse(text)
  return MAY_HOLD.test(text) ? harmlessValue(value) : value
}

/** A copy of plain data, all texts in it {@link harmless}. */
export function harmlessValue<T>(value: T): T
export function harmlessValue(value: unknown): unknown {
  if (typeof value === 'string') return harmless(value)
  if (Array.isArray(value)) return value.map((item) => harmlessValue(item))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [harmless(name), harmlessValue(item)]),
  )
}

/** JSON for people and programs: what a terminal would obey is escaped, so that a program reads what was there. */
export function printableJson(value: unknown): string {
  return JSON.stringify(value, null, 2).replaceAll(ANY_WITHIN_LINES, escapeOf)
}

function escapeOf(character: string): string {
  const units = Array.from({ length: character.length }, (_, i) => character.charCodeAt(i))
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('')
}

/** The agent's own words, told as such. */
export function saidByAgent(text: string): string {
  return `The agent says: ${text}`
}
