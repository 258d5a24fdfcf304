import { subcommandsOf } from './bash.js'
import type { CommandSurface, FlagSurface } from './surface.js'

/** Completions of zsh: a function for each command. */
export function zshCompletion(surface: readonly CommandSurface[]): string {
  return `#compdef xrbench
# Completions of xrbench for zsh: as _xrbench in a folder of $fpath
${surface.map((command) => functionOf(command, surface)).join('\n')}
_xrbench "$@"
`
}

function functionOf(command: CommandSurface, surface: readonly CommandSurface[]): string {
  const below = subcommandsOf(command, surface)
  const specs = command.flags.flatMap(specsOf)
  if (below.length === 0) {
    return `${nameOf(command)}() {
  _arguments -s -S \\
    ${[...specs, ...command.arguments.map(argumentOf)].join(' \\\n    ')}
}`
  }
  const named = below.map(
    ({ name, description }) => `${text(`${lastOf(name)}:${escaped(description)}`)}`,
  )
  const calls = below.map((one) => `        (${lastOf(one.name)}) ${nameOf(one)} ;;`)
  return `${nameOf(command)}() {
  local context state line
  typeset -A opt_args
  _arguments -C \\
    ${specs.join(' \\\n    ')} \\
    '1: :->command' '*:: :->rest'
  case $state in
    (command)
      local -a commands=(
        ${named.join('\n        ')}
      )
      _describe command commands ;;
    (rest)
      case $line[1] in
${calls.join('\n')}
      esac ;;
  esac
}`
}

function nameOf({ name }: CommandSurface): string {
  return ['_xrbench', ...name.split(' ').filter((part) => part !== '')].join('_')
}

const lastOf = (name: string) => name.split(' ').at(-1) ?? ''

function specsOf({ names, value, help, words, isList, isFile }: FlagSurface): string[] {
  const isNeeded = value !== null && !value.startsWith('[')
  return names.map((name) => {
    const equals = isNeeded && name.startsWith('--') ? '=' : ''
    const what = !isNeeded ? '' : `:${value.replaceAll(/[<>[\]]/g, '').replaceAll(':', ' ')}:`
    const action = !isNeeded ? '' : actionOf(words, isList, isFile)
    const others = names.length > 1 ? `(${names.join(' ')})` : ''
    return text(`${others}${name}${equals}[${escaped(help)}]${what}${action}`)
  })
}

function actionOf(words: readonly string[], isList: boolean, isFile: boolean): string {
  if (isFile) return '_files'
  if (words.length === 0) return ' '
  const choices = words.map(escaped).join(' ')
  return isList ? `_values -s , value ${choices}` : `(${choices})`
}

function argumentOf({ name, help, isFile, words }: CommandSurface['arguments'][number]): string {
  const action = isFile ? '_files' : words.length === 0 ? ' ' : `(${words.map(escaped).join(' ')})`
  const place = name.includes('...') ? '*' : ''
  const optional = place === '' && name.startsWith('[') ? ':' : ''
  return text(`${place}:${optional}${escaped(help === '' ? name : help)}:${action}`)
}

/** What _arguments and _describe would take for a sign of theirs. */
function escaped(words: string): string {
  return words.replaceAll(/[[\]:\\]/g, '\\$&')
}

function text(words: string): string {
  return `'${words.replaceAll("'", `'\\''`)}'`
}
