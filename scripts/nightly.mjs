// npm run test:nightly [-- NAME...]: what takes too long for every change. The whole takes hours; each part
// runs whatever became of the ones before, and the exit code says whether all were clean.
import { spawnSync } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { mkdirSync, openSync } from 'node:fs'
import { buildDir, root } from './setup/paths.mjs'

/** Files whose tests start processes, take ports, look at the clock or draw salts: none may fail by chance. */
const REPEATED = [
  'src/cli/ping/ping.test.ts',
  'src/cli/run/run.test.ts',
  'src/cli/run/secrets.test.ts',
  'src/cli/run/two-machines.test.ts',
  'src/cli/run/waiting.test.ts',
  'src/cli/quic-perf/quic-perf.test.ts',
  'src/cli/serve/serve.test.ts',
  'src/results/store/redact.test.ts',
  'src/session/agent/agent.test.ts',
  'src/session/agent/crowd.test.ts',
  'src/session/agent/limits.test.ts',
  'src/session/agent/turns.test.ts',
  'src/session/bad-days.test.ts',
  'src/session/confinement.test.ts',
  'src/session/repetition.test.ts',
  'src/session/secure-bad-days.test.ts',
  'src/transports/guarded.test.ts',
  'src/transports/killed.test.ts',
  'src/transports/quic-openssl.test.ts',
  'src/transports/secure.test.ts',
  'src/transports/syscalls.test.ts',
]
const TIMES = 20

/**
 * Files whose tests draw what they try: each draws so often at night, and not what it drew the night before. A finding becomes a file of a corpus, or a
 * test. A session of a malicious peer has some twenty messages: of the control protocol a million are tried in each way.
 */
const FUZZED = {
  'src/report/fuzz.test.ts': 20_000,
  'src/run/judged-reports.test.ts': 100_000,
  'src/session/agent/buffers.test.ts': 20_000,
  'src/session/malicious-agent.test.ts': 50_000,
  'src/session/malicious-client.test.ts': 50_000,
  'src/session/wire/frame.test.ts': 1_000_000,
}
/** src/fixtures/property.ts takes it. */
const SEED = process.env.XRBENCH_TEST_SEED ?? String(randomInt(2 ** 31))

/** Title, times, command. The first one builds what all others need. */
const PARTS = [
  ['setup', 1, ['npm', 'run', 'setup', '--', '--test']],
  ...REPEATED.map((file) => [
    file,
    TIMES,
    [process.execPath, 'node_modules/vitest/vitest.mjs', 'run', '--project', 'machine', file],
  ]),
  [
    'matrices',
    1,
    [process.execPath, 'node_modules/vitest/vitest.mjs', 'run', '--project', 'nightly*'],
  ],
  ...Object.entries(FUZZED).map(([file, runs]) => [
    `fuzz ${file}`,
    1,
    [
      ...['env', `XRBENCH_FUZZ_RUNS=${runs}`, `XRBENCH_TEST_SEED=${SEED}`],
      ...[process.execPath, 'node_modules/vitest/vitest.mjs', 'run', '--project', 'machine'],
      ...['--testTimeout', '0', file],
    ],
  ]),
  ['headers', 1, [process.execPath, 'scripts/check-headers.mjs', '--all']],
  ['nodes', 1, ['npm', 'run', 'test:nodes']],
  ['soak', 1, [process.execPath, 'scripts/soak.mjs']],
  ['older', 1, ['npm', 'run', 'test:older']],
  ['asan', 1, ['npm', 'run', 'test:asan']],
  ['fuzz', 1, ['npm', 'run', 'test:fuzz']],
  ['tsan', 1, ['npm', 'run', 'test:tsan']],
  ['mutations', 1, ['npm', 'run', 'test:mutations']],
  ['ngtcp2', 1, ['npm', 'run', 'test:ngtcp2']],
  // Two versions side by side, src/transports/quic-versions.test.ts, as often as the others.
  ['quic-versions', TIMES, ['npm', 'run', 'test:ngtcp2', '--', 'bookworm-backports']],
  ['clean rooms', 1, ['npm', 'run', 'clean-room']],
]

const asked = process.argv.slice(2)
const logs = `${buildDir}/nightly`
mkdirSync(logs, { recursive: true })
process.stdout.write(`what is drawn begins with XRBENCH_TEST_SEED=${SEED}\n`)
let [passed, failed] = [0, 0]
for (const [title, times, command] of PARTS) {
  if (asked.length > 0 && !asked.some((text) => title.includes(text))) continue
  for (let round = 1; round <= times; round++) run(title, round, command)
}
process.stdout.write(`${passed} passed, ${failed} failed\n`)
process.exitCode = failed > 0 || passed === 0 ? 1 : 0

/** One line each; the log of what failed stays. */
function run(title, round, [command, ...args]) {
  const log = `${logs}/${title.replaceAll(/[^\w.-]/g, '-')}.${round}.log`
  const fd = openSync(log, 'w')
  const start = performance.now()
  const { status } = spawnSync(command, args, {
    cwd: root,
    stdio: ['ignore', fd, fd],
    // Whatever a test wants has to be there: nothing is left out in silence.
    env: { ...process.env, CI: 'true' },
  })
  const took = `${((performance.now() - start) / 1000).toFixed(0)} s`
  const isFine = status === 0
  if (isFine) passed += 1
  else failed += 1
  process.stdout.write(
    `${isFine ? 'ok    ' : 'FAILED'}  ${title} ${round}, ${took}${isFine ? '' : `  ${log}`}\n`,
  )
}
