import { shown, TOOLS } from './translate.js'

/** The tables of docs/coming-from.md. */
export function pageOfTools(): string {
  return TOOLS.map(({ name, flags, commands, differs }) => {
    const lines = Object.entries(commands).filter(([command]) => command !== '')
    return [
      `\n## ${name}\n`,
      ...differs.map((sentence) => `- ${sentence}`),
      '',
      `| ${name} | xrbench | |`,
      '|---|---|---|',
      ...lines.map(([command, words]) => `| \`${command}\` | \`xrbench run ${words}\` | |`),
      ...flags.map((one) => `| \`${shown(one)}\` | ${hereOf(one.as)} | ${one.note ?? ''} |`),
      '',
    ].join('\n')
  }).join('')
}

function hereOf(as: string | null): string {
  if (as === null) return '–'
  return as === '' ? 'always' : `\`${as}\``
}
