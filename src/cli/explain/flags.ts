import type { Kind } from '../../options/kind.js'
import { formatDuration, formatSize } from '../../units.js'
import type { CommandSurface, FlagSurface } from '../manual/surface.js'
import type { Topic } from './topic.js'

/** Flags of all commands; one that several have, with the same help, is one. */
export function flagTopics(surface: readonly CommandSurface[]): Topic[] {
  const same = new Map<string, { flag: FlagSurface; commands: string[] }>()
  for (const { name, flags } of surface) {
    for (const flag of flags) {
      const key = `${flag.names.at(-1)}\n${flag.help}`
      const before = same.get(key) ?? { flag, commands: [] }
      same.set(key, { flag, commands: [...before.commands, name] })
    }
  }
  return [...same.values()].map(topicOf)
}

/** Commands themselves. */
export function commandTopics(surface: readonly CommandSurface[]): Topic[] {
  return surface
    .filter(({ name }) => name !== '')
    .map(({ name, description }) => ({
      ...{ name, aliases: [`xrbench ${name}`], kind: 'command', meaning: description },
      facts: [['See', `xrbench ${name} --help`]],
    }))
}

function topicOf({ flag, commands }: { flag: FlagSurface; commands: string[] }): Topic {
  const { names, value, help, entry, variable, words } = flag
  const long = names.at(-1) ?? ''
  const facts: Topic['facts'] = []
  if (entry !== null) facts.push(['Takes', takes(entry.option.kind, flag.isList)])
  else if (words.length > 0) facts.push(['Takes', `${words.join(', ')}${severally(flag.isList)}`])
  for (const use of entry?.option.of ?? [])
    facts.push(['Only for', `${use.needs}; else it is refused: ${use.hint}`])
  for (const use of entry?.option.takesEffectIn ?? [])
    facts.push(['Only for', `${use.needs}; where it would change nothing it is refused`])
  for (const [word, use] of Object.entries(entry?.option.only ?? {}))
    facts.push([word, `only for ${use.needs}: ${use.hint}`])
  const { means, held } = entry?.option ?? {}
  if (means !== undefined && means !== help) facts.push(['In a file', means])
  if (entry !== null && isOfRun(commands)) {
    facts.push(['Field', `cases[].parameters.requested.${entry.casePath}`])
    if (held === 'question') facts.push(['Compare', 'results that differ in it are not compared'])
  }
  if (variable !== null) facts.push(['Also', `${variable} in the environment; the flag wins`])
  facts.push(['Of', commands.map((name) => `xrbench ${name}`.trimEnd()).join(', ')])
  return {
    name: value === null ? long : `${long} ${value}`,
    aliases: [...names, long.replace(/^--(no-)?/, ''), ...(variable === null ? [] : [variable])],
    kind: 'flag of the command line',
    ...{ meaning: help, facts },
  }
}

const isOfRun = (commands: readonly string[]) => commands.includes('run')

const severally = (isList: boolean) => (isList ? '; several with commas' : '')

function takes(kind: Kind, isList: boolean): string {
  return `${valueOfKind(kind)}${severally(isList)}`
}

function valueOfKind(kind: Kind): string {
  switch (kind.is) {
    case 'count':
      return `a whole number, ${kind.min} to ${kind.max}`
    case 'bytes':
      return [
        `a size, ${formatSize(kind.min)} to ${formatSize(kind.max)}, as 64, 4k, 1MiB`,
        ...Object.keys(kind.words ?? {}),
      ].join(', or ')
    case 'mebibytes':
      return `a size, ${kind.min} MiB to ${kind.max} MiB, as 512M, 1GiB`
    case 'time':
      return `a time, ${formatDuration(kind.min)} to ${formatDuration(kind.max)}, as 500ms, 3s, 2m`
    case 'rate':
      return 'a rate, as 500M, 10Gbit/s (powers of 1,000), or 125MB/s in bytes'
    case 'word':
      return kind.words.join(', ')
    case 'name':
      return `the name of a ${kind.noun}`
    case 'text':
      return 'text'
    case 'switch':
      return 'nothing: it is on where it is given'
    case 'pin':
      return 'auto, none, or CPUs as CLIENT:SERVER, 3:2 or 2,3:0,1'
  }
}
