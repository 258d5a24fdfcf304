import { fileURLToPath } from 'node:url'
import type { OwnRdmaPort } from '../addon/addon.js'
import type { Acceleration } from '../lab/accelerator.js'
import type { Guest, GuestJob } from '../lab/guest.js'
import { type LabOptions, startLab } from '../lab/lab.js'
import { guestAddress } from '../lab/wire.js'
import { createKey, type SessionKey } from '../session/key.js'
import { DEFAULT_PORT } from '../session/protocol.js'
import { rdmaPortArguments } from './rdma-port-arguments.js'

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))
/** An agent starts in two seconds in a guest with an emulated CPU to itself. */
const PATIENCE = '30s'

export interface LabRunOptions extends LabOptions {
  /** Arguments of `xrbench run`, without any that say where. */
  args: readonly string[]
  family: 4 | 6
  /** In each guest; their devices have the same names. */
  rdmaPort: OwnRdmaPort
  env: Readonly<NodeJS.ProcessEnv>
  onStdout: (chunk: Buffer) => void
  onStderr: (chunk: Buffer) => void
  /** Gets a function that passes a signal on to the run in the guest, when there is one. */
  onStarted: (signal: GuestJob['signal']) => void
}

/**
 * `xrbench run` in the first guest of a lab, against `xrbench serve` in the last one: over the wire between two, over the one's own
 * network stack. Gives the exit code of the run.
 * @throws {XrbenchError} as {@link startLab}
 */
export async function runInLab(options: LabRunOptions): Promise<number> {
  const lab = await startLab(options)
  try {
    const [client] = lab.guests
    const server = lab.guests.at(-1)
    if (client === undefined || server === undefined) throw new Error('a lab has a guest')
    const key = createKey()
    const { ipv4, ipv6 } = guestAddress(lab.guests.length)
    const address = options.family === 6 ? `[${ipv6}]:${DEFAULT_PORT}` : `${ipv4}:${DEFAULT_PORT}`
    // Both at once: each takes its time to start.
    const agent = startAgent(server, xrbench(lab.accelerator), address, key, options)
    const run = client.exec({
      argv: [
        ...xrbench(lab.accelerator),
        ...['run', ...options.args],
        ...['--peer', address, '--key-file', '-', '--peer-patience', PATIENCE],
      ],
      env: options.env,
      stdin: { text: `${key.toString('hex')}\n` },
      onStdout: options.onStdout,
      onStderr: options.onStderr,
    })
    agent.exited.catch(() => {})
    options.onStarted(run.signal)
    return await run.exited
  } finally {
    await lab.close()
  }
}

/**
 * This same xrbench. An emulated CPU pays dearly for code that is made at run time, and nothing that is measured is JavaScript: without
 * the compiler Node.js is up sooner.
 */
function xrbench(accelerator: Acceleration['accelerator']): string[] {
  const flags = accelerator === 'tcg' ? ['--jitless', '--no-expose-wasm'] : []
  return [process.execPath, ...flags, MAIN]
}

function startAgent(
  guest: Guest,
  command: readonly string[],
  address: string,
  key: SessionKey,
  { env, rdmaPort, onStderr }: LabRunOptions,
): GuestJob {
  return guest.exec({
    argv: [
      ...[...command, 'serve', '--listen', address, '--key-file', '-'],
      // Its only client is the user who started it: whatever the command line takes is allowed.
      ...['--allow-cpu', '--quiet', '--once', '--max-duration', '48h'],
      ...rdmaPortArguments(rdmaPort),
    ],
    env,
    stdin: { text: `${key.toString('hex')}\n` },
    onStderr,
  })
}
