import { loadAddon } from '../../addon/load.js'
import { hostAndPort } from '../../host-port.js'
import { SERVE } from '../../options/serve.js'
import { parseListenAddress, parseNumericAddress } from '../../place/listen-address.js'
import { refuseMissingDevice } from '../../serve/rdma-device.js'
import { type ServeSettings, startServing } from '../../serve/serve.js'
import { termsOf } from '../../serve/terms.js'
import { unconfinedWords } from '../../serve/unconfined.js'
import type { AgentEvent } from '../../session/agent/agent.js'
import { createKey, loadKey, type SessionKey } from '../../session/wire/key.js'
import { DEFAULT_PORT } from '../../session/wire/protocol.js'
import { readGroup } from '../flags/group.js'
import { readRdmaPort } from '../flags/rdma-port.js'
import { watchInterrupts } from '../terminal/interrupt.js'
import { note, print } from '../terminal/output.js'
import { clientLine } from './client-line.js'
import { readDataPorts } from './data-ports.js'
import type { ServeFlags } from './flags.js'
import { jsonLog, NO_LOG, textLog } from './log.js'

/** Beside that of sessions, below those that data may take. */
const DEFAULT_METRICS_PORT = DEFAULT_PORT - 1

/** Serves until a signal or `--once` ends it. */
export async function serveAction(
  flags: ServeFlags,
  label: (key: string) => string,
): Promise<void> {
  const settings = readFlags(flags, label)
  const { rdmaPort } = settings
  // A variable may be meant for other machines, and for runs without RDMA.
  if (label('device').startsWith('--')) refuseMissingDevice(rdmaPort.device, label('device'))
  // It is going to hold the key.
  loadAddon().makeMemoryPrivate()
  const key = flags.keyFile === undefined ? createKey() : await loadKey(flags.keyFile)
  const ended = new AbortController()
  const interrupts = watchInterrupts(() => ended.abort())
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
  const log = flags.json ? jsonLog() : flags.quiet ? NO_LOG : textLog(flags.verbose === true)
  const agent = await startServing({
    ...listen,
    ...settings,
    key,
    softRoce: flags.softRoce === true,
    say: flags.quiet || flags.json ? () => {} : note,
    onEvent: (event) => {
      log.tell(event)
      if (flags.once && isSession(event) && agent.counts().measuring === 0) ended.abort()
    },
  })
  try {
    const { host, port } = agent
    const shown = flags.keyFile === undefined ? key.toString('hex') : null
    const { metrics, isConfined } = agent
    if (!isConfined && !flags.quiet) noteUnconfined(settings.allowUnconfined)
    if (flags.json) {
      const line = { host, port, pid: process.pid, key: shown, isConfined }
      await print(`${JSON.stringify({ ...line, ...(metrics && { metrics }) })}\n`)
    } else if (!flags.quiet || shown !== null) {
      noteListening({ host, port }, shown, flags.keyFile)
      if (metrics) note(`Metrics: http://${hostAndPort(metrics.host, metrics.port)}/metrics`)
    }
    await aborted(ended.signal)
  } finally {
    await agent.close()
    await log.close()
  }
}

/** Not somebody who only looked whether there is an agent, or was refused. */
function isSession(event: AgentEvent): boolean {
  return event.type === 'session-closed' && event.admitted && !event.isPing
}

function readFlags(
  flags: ServeFlags,
  label: (key: string) => string,
): { listen: { host: string; port: number } } & Pick<
  ServeSettings,
  | 'limits'
  | 'allowUnconfined'
  | 'maxMemoryBytes'
  | 'maxFailures'
  | 'places'
  | 'line'
  | 'metrics'
  | 'rdmaPort'
  | 'dataPorts'
> {
  const listen = parseListenAddress(
    flags.listen ?? '127.0.0.1',
    label('listen'),
    DEFAULT_PORT,
    flags.keyFile !== undefined,
  )
  const asked = readGroup(SERVE, flags, label)
  // Whoever waited for the only session would wait for the end.
  const terms = termsOf({ ...asked, ...(flags.once && { maxQueue: 0 }) }, listen.host)
  const { parallel } = terms.line
  return {
    listen,
    ...terms,
    dataPorts: readDataPorts(flags.dataPorts, label('dataPorts'), listen.port, parallel),
    rdmaPort: readRdmaPort(flags, label, (port) => `--listen :${port}`),
    metrics: readMetrics(flags.metrics, label('metrics')),
  }
}

/** @throws {XrbenchError} `XRB_BAD_ADDRESS` (exit 2) */
function readMetrics(text: string | undefined, label: string) {
  return text === undefined ? null : parseNumericAddress(text, label, DEFAULT_METRICS_PORT)
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}

function noteUnconfined(isAllowed: boolean): void {
  const { sentence, hint } = unconfinedWords(isAllowed)
  note(sentence)
  note(`hint: ${hint}`)
}

function noteListening(
  listen: { host: string; port: number },
  key: string | null,
  keyFile = 'xrbench.key',
): void {
  note(`xrbench serve: listening at ${hostAndPort(listen.host, listen.port)}; Ctrl-C ends it`)
  const line = clientLine(listen, keyFile)
  if (key === null) {
    note('On the client, with a copy of the key file:')
    note(`  ${line}`)
  } else {
    note('On the client, paste:')
    note(`  (umask 077; echo ${key} > xrbench.key); ${line}`)
  }
}
