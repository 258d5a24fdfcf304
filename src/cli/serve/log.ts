import { harmlessLines } from '../../foreign.js'
import { Ration } from '../../serve/ration.js'
import type { AgentEvent } from '../../session/agent/agent.js'
import { BoundedLines } from '../terminal/bounded-lines.js'

/** Lines a minute about those without the key, of whom there may be any number. */
const STRANGERS_PER_MINUTE = 10
/** … about what was refused to those with the key, who may ask for it any number of times: a session's line counts them all. */
const REFUSALS_PER_MINUTE = 10
/** … about connections that cannot be taken: it goes on as long as the machine lacks something. */
const SHORTAGES_PER_MINUTE = 1

/** Where `xrbench serve` says what happens. No line has a secret. */
interface ServeLog {
  tell(event: AgentEvent): void
  /** Says what was kept back, and resolves when all is written, or nothing is read any more. */
  close(): Promise<void>
}

/** Lines for people, on stderr. */
export function textLog(isVerbose: boolean): ServeLog {
  const lostLine = (count: number) => `${count} lines are missing here: nobody read them\n`
  const lines = new BoundedLines(process.stderr, lostLine)
  const say = (line: string) => lines.write(`${harmlessLines(line)}\n`)
  const rest = (count: number) =>
    say(`${count} more ${count === 1 ? 'was' : 'were'} rejected, without the key`)
  return rationed(lines, rest, (event) => {
    if (event.type === 'repetition' && !isVerbose) return
    const who = 'peer' in event ? `${event.peer}: ` : ''
    say(`${who}${describe(event, isVerbose)}`)
  })
}

/** A line of JSON for each session that has ended, and for those who are rejected, on stdout. */
export function jsonLog(): ServeLog {
  const textOf = (line: Record<string, unknown>) =>
    `${JSON.stringify({ at: new Date().toISOString(), ...line })}\n`
  const lines = new BoundedLines(process.stdout, (count) => textOf({ event: 'lines-lost', count }))
  const write = (line: Record<string, unknown>) => lines.write(textOf(line))
  const rest = (count: number) => write({ event: 'rejected', peer: null, reason: null, count })
  return rationed(lines, rest, (event) => {
    if (event.type === 'rejected') {
      const { peer, reason } = event
      write({ event: 'rejected', peer, reason, count: 1 })
    }
    if (event.type === 'not-taken') write({ event: event.type, reason: event.reason })
    if (event.type === 'refused') {
      const { peer, transport, workload, reason } = event
      const { code, message } = reason
      write({ event: 'refused', peer, transport, workload, code, message })
    }
    if (event.type === 'session-closed') {
      const { peer, admitted, seconds, repetitions, refused, reason } = event
      const { code, message } = reason
      // A ping is no session.
      if (event.isPing) return write({ event: 'ping', peer, admitted, code, message })
      write({ event: 'session', peer, admitted, seconds, repetitions, refused, code, message })
    }
  })
}

export const NO_LOG: ServeLog = { tell: () => {}, close: async () => {} }

/** Sessions are always told of. */
function rationed(
  lines: BoundedLines,
  onRest: (count: number) => void,
  onEvent: (event: AgentEvent) => void,
): ServeLog {
  const strangers = new Ration(STRANGERS_PER_MINUTE, onRest)
  const shortages = new Ration(SHORTAGES_PER_MINUTE, () => {})
  const refusals = new Ration(REFUSALS_PER_MINUTE, () => {})
  const rations: Partial<Record<AgentEvent['type'], Ration>> = {
    ...{ rejected: strangers, refused: refusals, 'not-taken': shortages },
  }
  return {
    tell: (event) => {
      if (rations[event.type]?.take() ?? true) onEvent(event)
    },
    close: () => {
      strangers.close()
      return lines.close()
    },
  }
}

function describe(event: AgentEvent, isVerbose: boolean): string {
  switch (event.type) {
    case 'session-opened':
      return 'session opened'
    case 'session-closed': {
      if (event.isPing && event.admitted) return 'it only asked (ping)'
      const inOrder = event.reason.code === 'XRB_PEER_LEFT' && !isVerbose
      return `session closed${inOrder ? '' : `: ${event.reason.message}`}`
    }
    case 'rejected':
      return `rejected: ${event.reason}`
    case 'not-taken':
      return `a connection could not be taken: ${event.reason}`
    case 'refused':
      return `${event.workload} over ${event.transport} refused: ${event.reason.message}`
    case 'repetition': {
      const broken = event.status === 'failed' ? ', which failed' : ''
      return `measured ${event.workload} over ${event.transport}${broken}`
    }
  }
}
