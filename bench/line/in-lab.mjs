import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { dirname } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'

const FAR_ADDRESS = '10.77.0.2'
const PORT = 28470
/** What a guest sends waits in as many packets of 1,514 bytes as fit in a queue of 1 MiB. */
const QUEUE_PACKETS = 692
/** An agent in an emulated guest needs some seconds until it listens. */
const AGENT_WITHIN_MS = 120_000

/**
 * Boots two guests whose wire carries `rate` each way, an agent in the second, and runs this same program in the first.
 * @param {{ rate: string, node: readonly string[], keyFile: string, args: readonly string[] }} options `node`: what runs xrbench
 * @returns {Promise<number>} exit code
 */
export async function runInLab({ rate, node, keyFile, args }) {
  // How each of its sessions ended is told on the standard error of the lab.
  const agent = [...node, 'serve', '--listen', `${FAR_ADDRESS}:${PORT}`, '-k', keyFile, '--json']
  const script = [process.execPath, '--jitless', '--no-expose-wasm', 'bench/line/main.mjs']
  const lab = spawn(
    process.execPath,
    [
      ...['dist/cli/main.js', 'lab', '--guests', '2', '--peer-command', agent.join(' ')],
      ...['--netem', `rate ${rate} limit ${QUEUE_PACKETS}`, '--writable', dirname(keyFile)],
      ...['--', ...script, '--in-guest', '--key-file', keyFile, ...args],
    ],
    { stdio: ['ignore', 'inherit', 'inherit'] },
  )
  const [code] = await once(lab, 'close')
  return code ?? 1
}

/** The line as the first guest sees it. Nobody here can ask the other guest's kernel how much arrived; what this one has sent is behind its netem, and nothing is lost on the way. */
export async function guestLine() {
  const until = performance.now() + AGENT_WITHIN_MS
  while (!(await answers())) {
    if (performance.now() > until) throw new Error('the agent of the other guest does not listen')
    await wait(500)
  }
  const own = { wrapper: [], device: 'eth0' }
  return {
    peer: `${FAR_ADDRESS}:${PORT}`,
    near: [],
    devices: { up: { ...own, counts: 'sent' }, down: { ...own, counts: 'received' } },
    close: async () => {},
  }
}

async function answers() {
  const socket = connect(PORT, FAR_ADDRESS)
  const didConnect = await once(socket, 'connect').then(
    () => true,
    () => false,
  )
  socket.destroy()
  return didConnect
}
