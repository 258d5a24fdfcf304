import { usageError, type XrbenchError } from '../../errors.js'
import { formatRate } from '../../units.js'
import { quoted } from '../terminal/quoted.js'
import { IPERF3 } from './iperf3.js'
import { PERFTEST } from './perftest.js'
import { SOCKPERF } from './sockperf.js'
import type { ForeignFlag, Taken, Tool } from './tool.js'

/** In the order in which a line is tried. */
export const TOOLS: readonly Tool[] = [IPERF3, SOCKPERF, PERFTEST]
/** What flags of another tool that both have are taken for: a time or a size where a word should be. */
const ANOTHER = new Set(['XRB_UNKNOWN_TRANSPORT', 'XRB_UNKNOWN_WORKLOAD'])

/** A line of another tool, as xrbench has it. */
interface Translation {
  tool: string
  line: string
  notes: string[]
  /** How many of its flags there were. */
  flags: number
}

/**
 * What to say to who typed the line of another tool; `null`: it is none.
 * @param args as they were typed, with or without a command of xrbench before them
 * @param problem what they were refused for; `isUnread`: the parser did not know a flag or a command
 */
export function otherTool(
  args: readonly string[],
  problem: { code: string; message: string; isUnread: boolean },
): XrbenchError | null {
  const isUnclear = problem.code === 'XRB_BAD_DURATION'
  if (!problem.isUnread && !isUnclear && !ANOTHER.has(problem.code)) return null
  const said = translate(args)
  // One flag that both have, with a word that is no time: it is mistyped.
  if (said === null || (isUnclear && said.flags < 2)) return problemOfFlag(problem)
  const sentence = [`These are flags of ${said.tool}, and xrbench has its own.`, ...said.notes]
  return usageError('XRB_OTHER_TOOL', sentence.join(' '), said.line)
}

/** Of one flag that is not known, what another tool has by that name: for a line that is partly one's own. */
function problemOfFlag({ message }: { message: string }): XrbenchError | null {
  const [, name = ''] = /[Uu]nknown option '(-[^']+)'/.exec(message) ?? []
  for (const tool of TOOLS) {
    const found = tool.flags.find(({ names }) => names.includes(name))
    if (!found?.as) continue
    return usageError(
      'XRB_OTHER_TOOL',
      `Unknown option '${name}'.`,
      `${tool.name}'s ${shown(found, name)} is ${found.as}`,
    )
  }
  return null
}

/** `null`: not a line of any of them, or one of xrbench as well. */
export function translate(args: readonly string[]): Translation | null {
  const [first = '', ...rest] = args
  if (first === 'run') return translateFlags(rest)
  for (const tool of TOOLS) {
    if (first === '' || !Object.hasOwn(tool.commands, first)) continue
    const [second = '', ...others] = rest
    if (second !== '' && tool.server.test(second)) return server(tool, others)
    const isNamed = Object.hasOwn(tool.commands, second) && second !== ''
    return read(tool, isNamed ? second : first, isNamed ? others : rest)
  }
  return first.startsWith('-') ? translateFlags(args) : null
}

function translateFlags(args: readonly string[]): Translation | null {
  for (const tool of TOOLS) {
    const [first = ''] = args
    if (tool.server.test(first) && first !== '') return server(tool, args.slice(1))
    if (!Object.hasOwn(tool.commands, '')) continue
    const found = read(tool, '', args)
    if (found !== null) return found
  }
  return null
}

function server({ name, flags }: Tool, args: readonly string[]): Translation {
  const at = args.findIndex((arg) =>
    flags.find(({ as }) => as === '--peer HOST:N')?.names.includes(arg),
  )
  const port = at < 0 ? undefined : args[at + 1]
  const isPort = port !== undefined && /^\d{1,5}$/.test(port)
  return {
    tool: name,
    line: `xrbench serve --listen 0.0.0.0${isPort ? `:${port}` : ''} --key-file xrbench.key`,
    notes: ['xrbench keygen xrbench.key makes the key that both ends have.'],
    flags: 1,
  }
}

interface Given {
  found: ForeignFlag
  name: string
  value: string
}

function read(tool: Tool, command: string, args: readonly string[]): Translation | null {
  const given: Given[] = []
  let host: string | null = null
  const left = [...args]
  for (let arg = left.shift(); arg !== undefined; arg = left.shift()) {
    if (!arg.startsWith('-')) {
      if (tool.hasHostWord !== true || host !== null) return null
      host = arg
      continue
    }
    const one = readFlag(tool, arg, left)
    if (one === null) return null
    given.push(one)
  }
  // A word alone is no line of anybody's: `run tcp`.
  if (given.length === 0 && command === '') return null
  return written(tool, command, given, host)
}

/** `-P 4`, `-P4`, `-uR`, `--parallel=4`; takes its value from `left`. */
function readFlag({ flags }: Tool, arg: string, left: string[]): Given | null {
  const [, name = '', glued] =
    (arg.startsWith('--') ? /^(--[^=]+)(?:=(.*))?$/s : /^(-.)(.+)?$/s).exec(arg) ?? []
  const found = flags.find(({ names }) => names.includes(name))
  if (found === undefined) return null
  if (found.value === 'none') {
    if (glued !== undefined && arg.startsWith('--')) return null
    if (glued !== undefined) left.unshift(`-${glued}`)
    return { found, name, value: '' }
  }
  const text = glued ?? left.shift()
  const value = text === undefined ? null : taken(found.value, text)
  return value === null ? null : { found, name, value }
}

/** As xrbench writes it; `null`: it is no such value. */
function taken(kind: Taken, text: string): string | null {
  switch (kind) {
    case 'none':
      return ''
    case 'text':
      return text.startsWith('-') ? null : text
    case 'name':
      return /^[a-z]\w{0,63}$/i.test(text) ? text : null
    case 'host':
      return /^[\w.:%[\]-]+$/.test(text) && !text.startsWith('-') ? text : null
    case 'count':
      return /^\d{1,12}$/.test(text) ? text : null
    case 'seconds':
      return /^\d{1,9}(\.\d{1,9})?$/.test(text) ? `${text}s` : null
    case 'size':
      return /^\d{1,12}[kmg]?$/i.test(text)
        ? text.replace(/[KMG]$/, (unit) => unit.toLowerCase())
        : null
    case 'bits':
      return /^\d{1,12}(\.\d{1,9})?[kmg]?$/i.test(text) ? String(bitsOf(text)) : null
    case 'tos':
      return /^(0x[0-9a-f]{1,2}|\d{1,3})$/i.test(text) ? String(Number(text) >> 2) : null
    case 'cpus':
      return /^\d{1,4},\d{1,4}$/.test(text) ? text.replace(',', ':') : null
  }
}

function bitsOf(text: string): number {
  const factor = { k: 1e3, m: 1e6, g: 1e9 }[text.at(-1)?.toLowerCase() ?? ''] ?? 1
  return Math.round(Number.parseFloat(text) * factor)
}

function written(
  tool: Tool,
  command: string,
  given: readonly Given[],
  hostWord: string | null,
): Translation {
  const valueAs = (as: string) => given.find(({ found }) => found.as === as)?.value
  const host = hostWord ?? valueAs('--peer N') ?? null
  const port = valueAs('--peer HOST:N')
  const streams = Number(valueAs('--streams N') ?? 1)
  const words = given.flatMap(({ found, value }) => {
    if (found.as === null || found.as === '' || found.as.startsWith('--peer')) return []
    const text = found.value === 'bits' ? formatRate(Number(value) * streams) : value
    const own = found.as.startsWith('--qp ') ? text.toLowerCase() : text
    return found.as.split(' ').map((word) => (word === 'N' ? quoted(own) : word))
  })
  const begin = (tool.commands[command] ?? '').split(' ').filter((word) => word !== '')
  const kept = begin.filter(
    (word, i) => !words.includes(word.startsWith('-') ? word : (begin[i - 1] ?? '')),
  )
  const unsaid = tool.unsaid.filter(([name]) => !words.includes(name)).map(([, text]) => text)
  const peer =
    host === null ? [] : ['--peer', quoted(port === undefined ? host : joined(host, port))]
  return {
    tool: tool.name,
    line: ['xrbench run', ...unsaid, ...kept, ...words, ...peer].join(' '),
    notes: notesOf(given, streams),
    flags: given.length,
  }
}

function joined(host: string, port: string): string {
  return host.includes(':') && !host.startsWith('[') ? `[${host}]:${port}` : `${host}:${port}`
}

/** Those of the flags that were given; of what is the same for one stream, nothing. */
function notesOf(given: readonly Given[], streams: number): string[] {
  return given.flatMap(({ found, name }) => {
    if (found.note === undefined || found.as === '') return []
    if (found.value === 'bits' && streams === 1) return []
    return [`Its ${name} ${found.note}.`]
  })
}

/** `-P N`, by one of its names or by all. */
export function shown({ names, value }: ForeignFlag, name = names.join(', ')): string {
  return value === 'none' ? name : `${name} N`
}
