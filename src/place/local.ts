import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { OwnRdmaPort } from '../addon/addon.js'
import { withDeadline } from '../deadline.js'
import { EXIT_CODES, environmentError, XrbenchError } from '../errors.js'
import { openFilesProblem } from '../open-files.js'
import type { AgentStart } from '../session/agent/own.js'
import { lastWords } from '../session/endpoint/last-words.js'
import { createKey, type SessionKey } from '../session/wire/key.js'

const MAIN = fileURLToPath(new URL('../../dist/session/agent/local-main.js', import.meta.url))
const START_DEADLINE_MS = 15_000
const TERM_GRACE_MS = 1_000
const STDERR_MAX_CHARS = 2_000

interface LocalAgentOptions {
  family: 4 | 6
  /** Where it listens; default: loopback. */
  address?: string | null | undefined
  /** Both ends are on this machine, so that the run's choice is also the agent's. */
  rdmaPort?: OwnRdmaPort | undefined
  signal?: AbortSignal | undefined
}

/** An agent of our own on this machine, with a key that only it and we know. */
export interface LocalAgent {
  host: string
  port: number
  key: SessionKey
  pid: number
  /** Ends it and its endpoint processes for certain. Idempotent. */
  close(): Promise<void>
}

/**
 * Starts an agent for one session. It ends with this process, whichever way that ends: its standard input is our pipe.
 * @throws {XrbenchError} `XRB_LOCAL_AGENT` (exit 3), with what the agent said, or its own error; `XRB_DESCRIPTORS` (exit 3); the reason of `signal`
 * when that is aborted
 */
export async function startLocalAgent(options: LocalAgentOptions): Promise<LocalAgent> {
  options.signal?.throwIfAborted()
  refuseFewOpenFiles()
  const key = createKey()
  const child = spawn(process.execPath, [MAIN], {
    // A group of its own: Ctrl-C is for the client, which then ends the agent in order.
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  child.stdin.on('error', () => {})
  child.stdin.write(`${JSON.stringify(startOf(options, key))}\n`)
  const exited = new Promise<void>((resolve) => child.once('close', () => resolve()))
  // A process that is stopped does not notice that its standard input ended.
  const killAtExit = () => child.pid !== undefined && killGroup(child.pid)
  process.once('exit', killAtExit)
  const close = async () => {
    await end(child, exited)
    process.removeListener('exit', killAtExit)
  }
  try {
    const { host, port } = await ready(child, options.signal)
    return { host, port, key, pid: child.pid ?? 0, close }
  } catch (error) {
    await close()
    throw error
  }
}

function startOf({ family, address, rdmaPort }: LocalAgentOptions, key: SessionKey): AgentStart {
  const host = address ?? (family === 4 ? '127.0.0.1' : '::1')
  const { device = null, port = null, gidIndex = null } = rdmaPort ?? {}
  return { host, port: 0, key: key.toString('hex'), rdmaPort: { device, port, gidIndex } }
}

/** The agent would have no more of them than this process. */
function refuseFewOpenFiles(): void {
  const problem = openFilesProblem()
  if (problem !== null) throw environmentError(problem.code, problem.message, problem.hint)
}

interface Listening {
  host: string
  port: number
}

/** The agent's one line: where it listens. */
async function ready(child: ChildProcess, signal: AbortSignal | undefined): Promise<Listening> {
  let stderr = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-STDERR_MAX_CHARS)
  })
  let abort = () => {}
  const listening = new Promise<Listening>((resolve, reject) => {
    let stdout = ''
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      stdout += text
      const [line, ...rest] = stdout.split('\n')
      const found = rest.length === 0 ? null : readListening(line)
      if (found !== null) resolve(found)
    })
    child.once('error', (error) => reject(notStarted(error.message)))
    child.once('close', (code) =>
      reject(ownError(stdout, code) ?? notStarted(lastWords(stderr) || 'it ended at once')),
    )
    abort = () => reject(signal?.reason)
    signal?.addEventListener('abort', abort, { once: true })
  })
  try {
    return await withDeadline(listening, START_DEADLINE_MS, () => notStarted('it says nothing'))
  } finally {
    signal?.removeEventListener('abort', abort)
  }
}

/** `null` for what is no such line, as an error. */
function readListening(line: string | undefined): Listening | null {
  const { host, port } = readObject(line) ?? {}
  return typeof host === 'string' && typeof port === 'number' ? { host, port } : null
}

/** What the agent said in place of where it listens. */
function ownError(stdout: string, exitCode: number | null): XrbenchError | null {
  const told = readObject(stdout)?.error as Record<string, unknown> | undefined
  const { code, message, hint } = told ?? {}
  if (typeof code !== 'string' || typeof message !== 'string') return null
  const exit = Object.values(EXIT_CODES).find((one) => one === exitCode && one !== EXIT_CODES.ok)
  return new XrbenchError(
    code as XrbenchError['code'],
    exit ?? EXIT_CODES.environment,
    message,
    typeof hint === 'string' ? { hint } : {},
  )
}

function readObject(text: string | undefined): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text ?? '')
    return typeof value === 'object' ? (value as Record<string, unknown> | null) : null
  } catch {
    return null
  }
}

function notStarted(reason: string): XrbenchError {
  return environmentError(
    'XRB_LOCAL_AGENT',
    `The local agent could not be started: ${reason}`,
    'try it alone: xrbench serve',
  )
}

async function end(child: ChildProcess, exited: Promise<void>): Promise<void> {
  const { pid } = child
  if (pid === undefined) return
  if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM')
  const stubborn = () =>
    new XrbenchError('XRB_LOCAL_AGENT', EXIT_CODES.environment, 'The local agent does not end.')
  await withDeadline(exited, TERM_GRACE_MS, stubborn).catch(() => {})
  // Also when it has ended: an endpoint process that was stopped cannot have ended with it.
  killGroup(pid)
  await exited
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // ESRCH: nobody is left in it.
  }
}
