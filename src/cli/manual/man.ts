import type { CommandSurface, FlagSurface } from './surface.js'

/** What the man page has beside the commands themselves. */
interface ManFacts {
  version: string
  /** The table of exit codes, as shown under `--help`. */
  exitCodes: string
  /** How sizes, times and rates are written. */
  units: string
}

/** The man page, as mdoc of its time had it: roff with the macros of man(7). */
export function manPage(surface: readonly CommandSurface[], facts: ManFacts): string {
  const [program, ...commands] = surface
  return [
    `.TH XRBENCH 1 "" "xrbench ${facts.version}" "User Commands"`,
    '.SH NAME',
    `xrbench \\- ${escaped('measures a network path over each transport')}`,
    '.SH SYNOPSIS',
    '.B xrbench',
    '.I command',
    '[options]',
    '.SH DESCRIPTION',
    line(program?.description ?? ''),
    '.PP',
    ...facts.units
      .trim()
      .split('\n')
      .flatMap((one) => [line(one), '.br']),
    '.SH OPTIONS',
    ...flagsOf(program?.flags ?? []),
    '.SH COMMANDS',
    ...commands.flatMap(commandOf),
    '.SH EXIT STATUS',
    '.nf',
    ...facts.exitCodes.trim().split('\n').slice(1).map(line),
    '.fi',
    '.SH ENVIRONMENT',
    line('Options that have one are also read from their variable; the flag wins.'),
    ...variablesOf(commands),
    '.SH SEE ALSO',
    line('xrbench explain: what a figure, a flag or an error means'),
    '',
  ].join('\n')
}

function commandOf({ name, description, arguments: words, flags }: CommandSurface): string[] {
  return [
    `.SS "${escaped(['xrbench', name, '[options]', ...words.map((one) => one.name)].join(' '))}"`,
    line(description),
    ...words.flatMap((one) =>
      one.help === '' ? [] : ['.TP', `.I ${escaped(one.name)}`, line(one.help)],
    ),
    ...flagsOf(flags),
  ]
}

function flagsOf(flags: readonly FlagSurface[]): string[] {
  let heading = ''
  return flags.flatMap(({ names, value, help, heading: own }) => {
    const above = own !== heading && own !== '' ? ['.PP', `.I "${escaped(own)}"`] : []
    heading = own
    const typed = `${names.join(', ')}${value === null ? '' : ` ${value}`}`
    return [...above, '.TP', `.B "${escaped(typed)}"`, line(help)]
  })
}

function variablesOf(commands: readonly CommandSurface[]): string[] {
  const found = new Map<string, string>()
  for (const { variable, names } of commands.flatMap(({ flags }) => flags))
    if (variable !== null && !found.has(variable)) found.set(variable, names.at(-1) ?? '')
  return [...found].flatMap(([variable, name]) => [
    '.TP',
    `.B ${variable}`,
    line(`${name} of the commands that have it`),
  ])
}

function escaped(words: string): string {
  return words.replaceAll('\\', '\\e').replaceAll('-', '\\-').replaceAll('"', '\\(dq')
}

/** A line of text: one that begins with a point or an apostrophe would be taken for a request. */
function line(words: string): string {
  const text = escaped(words)
  return /^[.']/.test(text) ? `\\&${text}` : text
}
