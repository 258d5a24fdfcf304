/** Breaks a paragraph between words into lines of at most `width`, the later ones indented by `indent`. */
export function wrap(paragraph: string, width: number, indent = 0): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of paragraph.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`
    if (longer.length <= width || line.trim() === '') {
      line = longer
    } else {
      lines.push(line)
      line = `${' '.repeat(indent)}${word}`
    }
  }
  return [...lines, line]
}

/** Breaks a case key after slashes, the later lines indented by two, so that a long one stays readable. */
export function wrapKey(key: string, width: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const part of key.split(/(?<=\/)/)) {
    if (line.trim() !== '' && (line + part).length > width) {
      lines.push(line)
      line = `  ${part}`
    } else {
      line += part
    }
  }
  return [...lines, line]
}

export interface Palette {
  bold(text: string): string
  dim(text: string): string
  warning(text: string): string
}

/** ANSI styles, or none. Nothing is said by colour alone. */
export function palette(color: boolean): Palette {
  const style = (on: number, off: number) => (text: string) =>
    color && text.trim() !== '' ? `\u001b[${on}m${text}\u001b[${off}m` : text
  return { bold: style(1, 22), dim: style(2, 22), warning: style(33, 39) }
}
