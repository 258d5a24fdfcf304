import type { CommandSurface, FlagSurface } from './surface.js'

/**
 * Needs nothing beside bash. Words are taken from the line itself, for bash parts them at `:` and `=` as well, and gives an answer in place of
 * the last part alone.
 */
const BODY = `
_xrbench() {
  local line=\${COMP_LINE:0:COMP_POINT} current= words=() command= prefix= word flag values files= answers=()
  [[ $line == *[[:space:]] ]] || current=\${line##*[[:space:]]}
  read -ra words <<<"\${line%"$current"}"
  for word in "\${words[@]:1}"; do
    [[ $word == -* ]] && break
    _xrbench_is_command "\${command:+$command }$word" || break
    command=\${command:+$command }$word
  done
  flag=\${words[-1]}
  if [[ $current == --*=* ]]; then
    flag=\${current%%=*}
    prefix=$flag=
  fi
  values=$(_xrbench_values "$command" "$flag")
  if [[ $values == FILES ]]; then
    files=\${current#"$prefix"}
  elif [[ $values == ANYTHING ]]; then
    return
  elif [[ -n $values ]]; then
    if [[ $values == LIST* ]]; then
      word=\${current#"$prefix"}
      [[ $word == *,* ]] && prefix+=\${word%,*},
      values=\${values#LIST}
    fi
    mapfile -t answers < <(compgen -W "$values" -- "\${current#"$prefix"}")
  elif [[ $current == -* ]]; then
    mapfile -t answers < <(compgen -W "$(_xrbench_flags "$command")" -- "$current")
  else
    mapfile -t answers < <(compgen -W "$(_xrbench_words "$command")" -- "$current")
    ((\${#answers[@]})) || files=$current
  fi
  if [[ -n $files || $values == FILES ]]; then
    compopt -o filenames 2>/dev/null
    mapfile -t answers < <(compgen -f -- "$files")
  fi
  ((\${#answers[@]})) || return
  answers=("\${answers[@]/#/$prefix}")
  word=\${current%"\${current##*["\${COMP_WORDBREAKS//[^:=]/}"]}"}
  COMPREPLY=("\${answers[@]#"$word"}")
}
complete -F _xrbench xrbench
`

/** Completions of bash. */
export function bashCompletion(surface: readonly CommandSurface[]): string {
  const named = surface.filter(({ name }) => name !== '')
  return `# Completions of xrbench for bash: source it, or put it into ~/.local/share/bash-completion/completions/xrbench
${choice('_xrbench_is_command', '$1', [[named.map(({ name }) => `'${name}'`).join('|'), 'return 0']], 'return 1')}
${choice('_xrbench_flags', '$1', surface.map(flagsOf))}
${choice(
  '_xrbench_words',
  '$1',
  surface.map((one) => [`'${one.name}'`, say(wordsOf(one, surface))]),
)}
${choice('_xrbench_values', '$1 $2', surface.flatMap(valuesOf))}${BODY}`
}

function choice(
  name: string,
  subject: string,
  arms: readonly (readonly [string, string])[],
  otherwise?: string,
): string {
  const lines = arms.map(([pattern, action]) => `    ${pattern}) ${action} ;;`)
  const last = otherwise === undefined ? [] : [`    *) ${otherwise} ;;`]
  return [`${name}() {`, `  case "${subject}" in`, ...lines, ...last, '  esac', '}'].join('\n')
}

function flagsOf({ name, flags }: CommandSurface): [string, string] {
  return [`'${name}'`, say(flags.flatMap(({ names }) => names))]
}

/** Commands below it, and what its own words can be. */
function wordsOf(command: CommandSurface, surface: readonly CommandSurface[]): string[] {
  return [
    ...subcommandsOf(command, surface).map(({ name }) => name.split(' ').at(-1) ?? ''),
    ...command.arguments.flatMap(({ words }) => words),
  ]
}

/** Commands directly below one. */
export function subcommandsOf(
  { name }: CommandSurface,
  surface: readonly CommandSurface[],
): CommandSurface[] {
  const before = name === '' ? '' : `${name} `
  return surface.filter(
    (other) =>
      other.name !== '' &&
      other.name.startsWith(before) &&
      !other.name.slice(before.length).includes(' ') &&
      other.name !== name,
  )
}

/** What stands behind a flag: words, files, or what nobody can foretell. */
function valuesOf({ name, flags }: CommandSurface): [string, string][] {
  return flags
    .filter(({ value }) => value !== null && !value.startsWith('['))
    .map((flag) => [
      flag.names.map((one) => `'${`${name} ${one}`.trimStart()}'`).join('|'),
      say(kindOf(flag)),
    ])
}

function kindOf({ words, isList, isFile }: FlagSurface): string[] {
  if (isFile) return ['FILES']
  if (words.length === 0) return ['ANYTHING']
  return isList ? ['LIST', ...words] : [...words]
}

function say(words: readonly string[]): string {
  return `echo '${words.join(' ')}'`
}
