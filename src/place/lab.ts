import { Duplex, PassThrough } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { OwnRdmaPort } from '../addon/addon.js'
import { environmentError } from '../errors.js'
import type { Acceleration } from '../lab/accelerator.js'
import type { Guest, GuestJob } from '../lab/guest.js'
import { type Lab, type LabOptions, startLab } from '../lab/lab.js'
import { guestAddress } from '../lab/wire.js'
import type { AgentStart } from '../session/agent/own.js'
import type { Session } from '../session/client/client.js'
import { driveSession } from '../session/driver/driven-session.js'
import { createKey } from '../session/wire/key.js'
import { DEFAULT_PORT } from '../session/wire/protocol.js'

const AGENT = fileURLToPath(new URL('../../dist/session/agent/main.js', import.meta.url))
const DRIVER = fileURLToPath(new URL('../../dist/session/driver/main.js', import.meta.url))
/** Of a process that ended, so many of its last words are told. */
const LAST_WORDS_MAX_CHARS = 2_000
/** The news of a process's end takes so long at most. */
const END_NEWS_MS = 4_000

interface LabSessionOptions extends LabOptions {
  family: 4 | 6
  /** Device, port and GID at the agent. */
  rdmaPort?: OwnRdmaPort | undefined
}

/** A lab that is up, and a session in it. */
interface LabSession {
  session: Session
  lab: Pick<Lab, 'accelerator' | 'reason' | 'kernelVersion' | 'guests'>
  /** Leaves nothing behind. Idempotent. */
  close(): Promise<void>
}

/**
 * Boots a lab and opens a session from its first guest to an agent in its last one: over the wire between two, over the one's own network
 * stack. Whoever calls runs neither: both are started as soon as their guest is up.
 * @throws {XrbenchError} as {@link startLab} and `driveSession`; `XRB_LAB_PROCESS` (exit 3) when one of both ends
 */
export async function openLabSession(options: LabSessionOptions): Promise<LabSession> {
  const { ipv4, ipv6 } = guestAddress(options.guests)
  const agent = {
    host: options.family === 6 ? ipv6 : ipv4,
    port: DEFAULT_PORT,
    key: createKey(),
  }
  const jobs: Promise<never>[] = []
  const keep = (job: Promise<never>) => {
    // Whoever has not come to wait for it yet need not crash.
    job.catch(() => {})
    jobs.push(job)
  }
  let stdio: Duplex | undefined
  const lab = await startLab({
    ...options,
    onUp: (guest, number, { accelerator }) => {
      if (number === options.guests) {
        const { device = null, port = null, gidIndex = null } = options.rdmaPort ?? {}
        const rdmaPort = { device, port, gidIndex }
        const start: AgentStart = { ...agent, key: agent.key.toString('hex'), rdmaPort }
        keep(ended('agent', guest, node(accelerator, AGENT), { text: JSON.stringify(start) }))
      }
      if (number === 1) {
        const output = new PassThrough()
        keep(ended('client', guest, node(accelerator, DRIVER), 'live', output))
        stdio = Duplex.from({ readable: output, writable: guest.stdin })
      }
    },
  })
  const gone = Promise.race(jobs)
  try {
    if (stdio === undefined) throw new Error('a lab has a guest')
    const session = await driveSession({ stdio, gone, agent, signal: options.signal })
    const close = async () => {
      await session.close()
      await lab.close()
    }
    return { session, lab, close }
  } catch (error) {
    const reason = options.signal?.aborted ? error : await reasonFor(error, gone)
    await lab.close()
    throw reason
  }
}

/** That a process has ended says more than that another has lost it, and comes a little later. */
function reasonFor(error: unknown, gone: Promise<never>): Promise<unknown> {
  const ended = gone.catch((reason: unknown) => reason)
  return Promise.race([ended, delay(END_NEWS_MS, error, { ref: false })])
}

/**
 * Node.js in a guest. An emulated CPU pays dearly for code that is made at run time, and nothing that is measured is JavaScript: without
 * the compiler Node.js is up sooner.
 */
function node(accelerator: Acceleration['accelerator'], main: string): string[] {
  const flags = accelerator === 'tcg' ? ['--jitless', '--no-expose-wasm'] : []
  return [process.execPath, ...flags, main]
}

/** Starts a process that is to stay; rejects when it does not, with its last words. */
async function ended(
  name: string,
  guest: Guest,
  argv: readonly string[],
  stdin: 'live' | { text: string },
  output?: PassThrough,
): Promise<never> {
  let words = ''
  const job: GuestJob = guest.exec({
    argv,
    env: guestVariables(),
    stdin,
    onStdout: (chunk) => output?.write(chunk),
    onStderr: (chunk) => {
      words = (words + chunk.toString()).slice(-LAST_WORDS_MAX_CHARS)
    },
  })
  const code = await job.exited
  throw environmentError(
    'XRB_LAB_PROCESS',
    `The ${name} in the lab ended with exit code ${code}: ${words.trim() || 'it said nothing'}`,
    'please report this',
  )
}

/** Ours, but for options of xrbench and of Node.js: what they say is in the case. */
function guestVariables(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => name === 'XRBENCH_ADDON' || !/^(XRBENCH_|NODE_)/.test(name),
    ),
  )
}
