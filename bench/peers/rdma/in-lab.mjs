import { spawn } from 'node:child_process'
import { dirname } from 'node:path'
import { FAR_END } from './ends.mjs'

const MAIN = 'dist/cli/main.js'
/** As xrbench starts Node.js in a guest: it is up sooner without its compiler. */
const NODE = [process.execPath, '--jitless', '--no-expose-wasm']

/**
 * Boots the lab once and runs everything that was asked for in it. Only the folder of the figures can be written from in there.
 * @param {import('../options.mjs').Options} options `output` absolute
 * @param {AbortSignal} signal
 * @returns {Promise<number>} exit code
 */
export function runInLab(options, signal) {
  const lab = spawn(process.execPath, [MAIN, ...labArguments(options)], {
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  // The lab ends what runs in it, and then its guests; it may have heard of a Ctrl-C by itself.
  signal.addEventListener('abort', () => lab.kill('SIGTERM'), { once: true })
  return new Promise((resolve, reject) => {
    lab.once('error', reject)
    lab.once('close', (code) => resolve(code ?? 1))
  })
}

/** @param {import('../options.mjs').Options} options */
export function labArguments({ guests, output, words, pairs, durationSeconds, strict }) {
  const far = [...NODE, 'bench/peers/rdma/far-end.mjs', FAR_END.address, String(FAR_END.port)]
  return [
    ...['lab', '--guests', String(guests), '--writable', dirname(output)],
    ...(guests === 2 ? ['--peer-command', far.join(' ')] : []),
    ...['--', ...NODE, 'bench/peers/main.mjs', '--in-guest', ...words],
    ...['--guests', String(guests), '--pairs', String(pairs)],
    ...['--duration', String(durationSeconds), '--output', output, ...(strict ? ['--strict'] : [])],
  ]
}
