import { usageError } from '../../errors.js'
import { parseListenAddress } from '../../place/listen-address.js'
import {
  DEFAULT_MAX_DURATION_NS,
  MAX_SESSIONS,
  type ServeSettings,
  startServing,
} from '../../serve/serve.js'
import type { AgentEvent } from '../../session/agent/agent.js'
import { SILENT } from '../../session/agent/server.js'
import { createKey, loadKey, type SessionKey } from '../../session/wire/key.js'
import { DEFAULT_PORT } from '../../session/wire/protocol.js'
import { MAX_DURATION_NS, parseDuration, parseWhole } from '../../units.js'
import { checkRdmaDevice, readRdmaPort } from '../flags/rdma-port.js'
import { watchInterrupts } from '../terminal/interrupt.js'
import { note, print } from '../terminal/output.js'
import { readDataPorts } from './data-ports.js'
import type { ServeFlags } from './flags.js'

/** Serves until a signal, `--once` or the end of standard input ends it. */
export async function serveAction(
  flags: ServeFlags,
  label: (key: keyof ServeFlags) => string,
): Promise<void> {
  const settings = readFlags(flags, label)
  const { rdmaPort } = settings
  // A variable may be meant for other machines, and for runs without RDMA.
  if (label('device').startsWith('--')) checkRdmaDevice(rdmaPort.device, label('device'))
  const key = flags.keyFile === undefined ? createKey() : await loadKey(flags.keyFile)
  const ended = new AbortController()
  const interrupts = watchInterrupts(() => ended.abort())
  if (flags.untilStdinEnds) endWithStdin(ended)
  try {
    await serve(settings, key, flags, ended)
  } finally {
    interrupts.dispose()
  }
  process.exitCode = interrupts.exitCode() ?? 0
}

type Settings = ReturnType<typeof readFlags>

async function serve(
  { listen, ...settings }: Settings,
  key: SessionKey,
  flags: ServeFlags,
  ended: AbortController,
): Promise<void> {
  const agent = await startServing({
    ...listen,
    ...settings,
    key,
    softRoce: flags.softRoce === true,
    say: flags.quiet || flags.json ? () => {} : note,
    onEvent: (event) => {
      if (!flags.quiet && !flags.json) noteEvent(event, flags.verbose === true)
      if (flags.once && event.type === 'session-closed' && event.admitted) ended.abort()
    },
  })
  try {
    const { host, port } = agent
    const shown = flags.keyFile === undefined ? key.toString('hex') : null
    if (flags.json) await print(`${JSON.stringify({ host, port, pid: process.pid, key: shown })}\n`)
    else if (!flags.quiet || shown !== null) noteListening(host, port, shown)
    await aborted(ended.signal)
  } finally {
    await agent.close()
  }
}

function readFlags(
  flags: ServeFlags,
  label: (key: keyof ServeFlags) => string,
): { listen: { host: string; port: number } } & Pick<
  ServeSettings,
  'limits' | 'maxSessions' | 'rdmaPort' | 'dataPorts'
> {
  const { maxDuration, allowCpu } = flags
  const listen = parseListenAddress(
    flags.listen ?? '127.0.0.1',
    label('listen'),
    DEFAULT_PORT,
    flags.keyFile !== undefined,
  )
  const maxSessions =
    flags.maxSessions === undefined
      ? 1
      : parseWhole(flags.maxSessions, label('maxSessions'), 1, MAX_SESSIONS)
  return {
    listen,
    maxSessions,
    dataPorts: readDataPorts(flags.dataPorts, label('dataPorts'), listen.port, maxSessions),
    rdmaPort: readRdmaPort(flags, label, (port) => `--listen :${port}`),
    limits: {
      allowCpu: allowCpu === true,
      allowNullCrypto: false,
      maxDurationNs:
        maxDuration === undefined
          ? DEFAULT_MAX_DURATION_NS
          : readMaxDuration(maxDuration, label('maxDuration')),
    },
  }
}

function readMaxDuration(text: string, label: string): number {
  const ns = parseDuration(text, label)
  // A repetition has a warm-up and a measured phase, each with the limit of the command line.
  if (ns > 0 && ns <= 2 * MAX_DURATION_NS) return ns
  throw usageError('XRB_BAD_DURATION', `${label}: '${text}' is outside 1ns to 48h.`, `${label} 1h`)
}

function endWithStdin(ended: AbortController): void {
  process.stdin.on('end', () => ended.abort())
  process.stdin.on('close', () => ended.abort())
  process.stdin.on('error', () => ended.abort())
  process.stdin.resume()
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}

function noteListening(host: string, port: number, key: string | null): void {
  const where = `${host.includes(':') ? `[${host}]` : host}:${port}`
  note(`xrbench serve: listening at ${where}; Ctrl-C ends it`)
  if (key === null) return
  note('On the client, paste:')
  note(
    `  (umask 077; echo ${key} > xrbench.key); xrbench run --peer ${where} --key-file xrbench.key`,
  )
}

function noteEvent(event: AgentEvent, verbose: boolean): void {
  note(`${event.peer}: ${describe(event, verbose)}`)
}

function describe(event: AgentEvent, verbose: boolean): string {
  switch (event.type) {
    case 'session-opened':
      return 'session opened'
    case 'session-closed': {
      const inOrder = event.reason.code === 'XRB_PEER_LOST' && !verbose
      return `session closed${inOrder ? '' : `: ${event.reason.message}`}`
    }
    case 'rejected':
      if (verbose || event.reason === SILENT) return `rejected: ${event.reason}`
      return 'rejected, it does not have the key'
  }
}
