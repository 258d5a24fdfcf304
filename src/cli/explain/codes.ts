import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { METRICS } from '../../compare/metric.js'
import { EXIT_CODES } from '../../errors.js'
import { FLAG_ADVICE } from '../../results/schema/flag-advice.js'
import { CIRCUMSTANCES, FLAG_SENTENCES, FLAGS } from '../../results/schema/flag-names.js'
import { EXIT_MEANINGS } from '../terminal/help.js'
import type { Topic } from './topic.js'

/** Flags that a row, a repetition or a whole result has. */
export function rowFlagTopics(): Topic[] {
  return FLAGS.map((name) => ({
    ...{ name, aliases: [], kind: 'flag of a row', meaning: FLAG_SENTENCES[name] },
    facts: [
      ['Do', FLAG_ADVICE[name]],
      ...(CIRCUMSTANCES.includes(name)
        ? [['Note', 'it says where it was measured, not that it was measured badly'] as const]
        : []),
    ] as Topic['facts'],
  }))
}

/** What a command ends with. */
export function exitTopics(): Topic[] {
  return Object.entries(EXIT_CODES).map(([name, code]) => ({
    name: `exit ${code}`,
    aliases: [String(code), `exit code ${code}`, name],
    kind: 'exit code',
    meaning: EXIT_MEANINGS[name as keyof typeof EXIT_CODES],
    facts: code === 0 ? [] : [['Do', 'see the error on stderr: its code, and the hint below it']],
  }))
}

/** What gates and comparisons call by a name. */
export function metricTopics(): Topic[] {
  return METRICS.map(({ name, better }) => ({
    ...{ name, aliases: [], kind: 'metric of a comparison' },
    meaning: `one value for each repetition; ${better} is better`,
    facts: [
      [
        'Use',
        `xrbench compare BEFORE AFTER --fail-on '${name}:${better === 'lower' ? '+' : '-'}5%'`,
      ],
    ] as Topic['facts'],
  }))
}

interface Said {
  exitCode: keyof typeof EXIT_CODES | null
  sentence: string
  hint: string | null
}

const SHOWN = 6

/** Errors, as the sources say them: the build has gathered them beside this file. */
export function errorTopics(): Topic[] {
  const file = fileURLToPath(new URL('./errors.json', import.meta.url))
  if (!existsSync(file)) return []
  const table = JSON.parse(readFileSync(file, 'utf8')) as Record<string, Said[]>
  return Object.entries(table).map(([code, said]) => ({
    ...{ name: code, aliases: [code.replace(/^XRB_/, '')], kind: 'error', ...explained(said) },
  }))
}

function explained(said: readonly Said[]): Pick<Topic, 'meaning' | 'facts'> {
  const names = [...new Set(said.flatMap(({ exitCode }) => exitCode ?? []))]
  const exits = names.map((name) => `${EXIT_CODES[name]} (${EXIT_MEANINGS[name]})`)
  const facts: Topic['facts'] = said
    .filter(({ sentence }) => sentence !== '')
    .slice(0, SHOWN)
    .flatMap(({ sentence, hint }): Topic['facts'] => [
      ['Said', sentence],
      ...(hint === null ? [] : [['Do', hint] as [string, string]]),
    ])
  const left = said.length - SHOWN
  if (left > 0) facts.push(['Also', `${left} other sentences; the hint below an error is its own`])
  if (facts.length === 0) facts.push(['Do', 'what the hint below the error says'])
  const meaning =
    exits.length === 0
      ? 'the exit code depends on where it came up'
      : `ends with ${exits.join(' or ')}`
  return { meaning, facts }
}
