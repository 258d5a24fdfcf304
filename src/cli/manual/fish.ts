import { subcommandsOf } from './bash.js'
import type { CommandSurface, FlagSurface } from './surface.js'

/** Completions of fish. */
export function fishCompletion(surface: readonly CommandSurface[]): string {
  return `# Completions of xrbench for fish: put it into ~/.config/fish/completions/xrbench.fish
complete -c xrbench -f
${surface.flatMap((command) => linesOf(command, surface)).join('\n')}
`
}

function linesOf(command: CommandSurface, surface: readonly CommandSurface[]): string[] {
  const below = subcommandsOf(command, surface)
  const when = `-n ${text(conditionOf(command, below))}`
  const files = command.arguments.some(({ isFile }) => isFile) ? [`${start(when)} -F`] : []
  return [
    ...below.map(
      ({ name, description }) =>
        `${start(when)} -a ${name.split(' ').at(-1)} -d ${text(description)}`,
    ),
    ...command.arguments.flatMap(({ words, help }) =>
      words.length === 0 ? [] : [`${start(when)} -a ${text(words.join(' '))} -d ${text(help)}`],
    ),
    ...files,
    ...command.flags.map((flag) => `${start(when)} ${flagOf(flag)}`),
  ]
}

const start = (when: string) => `complete -c xrbench ${when}`

function conditionOf({ name }: CommandSurface, below: readonly CommandSurface[]): string {
  if (name === '') return '__fish_use_subcommand'
  const [parent = '', child] = name.split(' ')
  if (child !== undefined)
    return `__fish_seen_subcommand_from ${parent}; and __fish_seen_subcommand_from ${child}`
  const children = below.map((one) => one.name.split(' ').at(-1)).join(' ')
  return `__fish_seen_subcommand_from ${parent}${children === '' ? '' : `; and not __fish_seen_subcommand_from ${children}`}`
}

function flagOf({ names, value, help, words, isFile }: FlagSurface): string {
  const typed = names.map((name) =>
    name.startsWith('--') ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`,
  )
  const takes = value === null || value.startsWith('[') ? [] : [isFile ? '-r -F' : '-x']
  const choices = words.length === 0 ? [] : [`-a ${text(words.join(' '))}`]
  return [...typed, ...takes, ...choices, `-d ${text(help)}`].join(' ')
}

function text(words: string): string {
  return `'${words.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
}
