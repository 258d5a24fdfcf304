import { spawnSync } from 'node:child_process'
import { root } from '../setup/paths.mjs'
import { timed } from '../setup/report.mjs'

const LIMIT_MS = 180_000
const FILES = ['contract', 'secure', 'killed', 'quic-openssl']

/** What every transport owes, and what this one owes beyond, in a Node.js that has it. True when all of it is kept. */
export function runContract(node) {
  return timed('the contract of quic:openssl', async () => {
    const files = FILES.map((name) => `src/transports/${name}.test.ts`)
    const vitest = ['node_modules/vitest/vitest.mjs', 'run', '--project', 'machine', ...files]
    const filter = ['--testNamePattern', 'quic:openssl|OpenSSL']
    const { status, stdout } = spawnSync(node, [...vitest, ...filter], {
      ...{ encoding: 'utf8', timeout: LIMIT_MS, cwd: root, maxBuffer: 1 << 28 },
      env: { ...process.env, NO_COLOR: '1' },
    })
    const lines = (stdout ?? '').trim().split('\n')
    const passed = /^(\d+) passed, 0 failed/.exec(lines.at(-1) ?? '')
    const isKept = status === 0 && passed !== null && Number(passed[1]) > 100
    const told = isKept ? [`contract of quic:openssl: ${lines.at(-1)}`] : lines.slice(-80)
    process.stdout.write(`${told.join('\n')}\n`)
    return isKept
  })
}
