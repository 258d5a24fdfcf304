import { wrap } from '../../report/terminal/text.js'
import type { Topic } from './topic.js'

const INDENT = 2
const LABEL_WIDTH = 11

/** What is to be said of topics, one below the other. */
export function renderTopics(topics: readonly Topic[], width: number): string {
  return topics.map((topic) => `${linesOf(topic, width).join('\n')}\n`).join('\n')
}

function linesOf({ name, kind, meaning, facts }: Topic, width: number): string[] {
  return [
    `${name}: ${kind}`,
    ...indented(meaning, INDENT, width),
    ...facts.flatMap(([label, text]) => {
      const [first = '', ...rest] = indented(text, INDENT + LABEL_WIDTH, width)
      return [
        `${' '.repeat(INDENT)}${`${label}:`.padEnd(LABEL_WIDTH)}${first.trimStart()}`,
        ...rest,
      ]
    }),
  ]
}

function indented(text: string, indent: number, width: number): string[] {
  return wrap(text, width - indent).map((line) => ' '.repeat(indent) + line)
}

/** The names of all there is, by kind. */
export function renderList(topics: readonly Topic[], width: number): string {
  const kinds = [...new Set(topics.map(({ kind }) => kind))]
  const blocks = kinds.map((kind) => {
    const names = topics
      .filter((topic) => topic.kind === kind)
      .map(({ name }) => name.replace(/ [<[].*$/, ''))
    return [
      `${kind}:`,
      // A name of two words stays on one line.
      ...indented(
        [...new Set(names)].map((name) => name.replaceAll(' ', '\u00a0')).join(' '),
        INDENT,
        width,
      ).map((line) => line.replaceAll('\u00a0', ' ')),
    ].join('\n')
  })
  return `${blocks.join('\n\n')}\n\nxrbench explain NAME says what one of them means.\n`
}
