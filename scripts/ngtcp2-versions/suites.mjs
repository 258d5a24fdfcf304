import { spawnSync } from 'node:child_process'
import { root } from '../setup/paths.mjs'
import { timed } from '../setup/report.mjs'

const LIMIT_MS = 600_000
const IN_CPP = ['connect: ', 'perf', 'quic ']

/** What QUIC owes, in an addon of its own choice. */
const CONTRACT = [
  ...['contract', 'secure', 'quic-options', 'quic-loss', 'null-crypto', 'connect', 'killed'],
  ...['lifetime', 'quic-versions'],
].map((name) => `src/transports/${name}.test.ts`)
const PERF = ['src/quic-perf/interop.test.ts', 'src/addon/undefined-symbols.test.ts']

/** The C++ tests of QUIC. Resolves with the line that counts them, or throws nothing: `isKept` tells. */
export function runCppTests(release) {
  const filters = IN_CPP.flatMap((text) => ['--filter', text])
  return told('its C++ tests', `${release}/xrbench_native_test`, filters, {})
}

/** The tests of QUIC in Node.js, this ngtcp2 beside that of the other build in a process of its own. */
export function runNodeTests(release, other) {
  const vitest = ['node_modules/vitest/vitest.mjs', 'run', '--project', 'machine']
  const args = [
    ...vitest,
    ...CONTRACT,
    ...PERF,
    '--testNamePattern',
    'quic(?!:)|the other version|asks for no OpenSSL',
  ]
  return told('its tests in Node.js', process.execPath, args, {
    XRBENCH_ADDON: `${release}/xrbench.node`,
    XRBENCH_OTHER_ADDON: `${other.release}/xrbench.node`,
    XRBENCH_OTHER_NGTCP2: other.version,
  })
}

function told(title, command, args, environment) {
  return timed(title, async () => {
    const env = { ...process.env, NO_COLOR: '1', ...environment }
    const options = { encoding: 'utf8', timeout: LIMIT_MS, cwd: root, maxBuffer: 1 << 28, env }
    const { status, stdout, stderr, error } = spawnSync(command, args, options)
    const lines = (stdout ?? '').trim().split('\n')
    const [, passed] = /^(\d+) passed, 0 failed/.exec(lines.at(-1) ?? '') ?? []
    const isKept = status === 0 && Number(passed) > 0
    if (!isKept) process.stdout.write(`${stdout ?? ''}${stderr ?? ''}${error?.message ?? ''}\n`)
    return { isKept, summary: lines.at(-1) ?? '' }
  })
}
