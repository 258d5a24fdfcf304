/** A word that a POSIX shell reads as this text and nothing else. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
}

export function shellWords(words: readonly string[]): string {
  return words.map(shellWord).join(' ')
}
