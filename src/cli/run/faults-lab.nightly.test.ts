import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { shellWord } from '../../lab/shell-words.js'
import type { ResultDocument } from '../../results/schema/schema.js'
import { seconds, writeFaults } from '../fixtures/faults-page.js'
import { runCli } from '../fixtures/spawn-cli.js'
import { expectValid } from '../fixtures/valid-result.js'

/** What breaks a whole machine: in the lab, where the machine is one of the test's own. `npm run faults` also writes it to docs/faults.md. */

const MAIN = fileURLToPath(new URL('../../../dist/cli/main.js', import.meta.url))
/** As the lab starts it: an emulated CPU pays dearly for code that is made at run time. */
const XRBENCH = [process.execPath, '--jitless', '--no-expose-wasm', MAIN].map(shellWord).join(' ')
const TRANSPORTS = ['rdma', 'tcp', 'udp', 'tls', 'quic']
const WORKLOADS = ['ping-pong', 'stream']
/** An emulated CPU that measures sets a clock seldom. */
const MEASURED_S = 5
const STEP_S = 3600

/**
 * An agent and a client in one guest, whose clock is set forward and back until the client has ended; then another client. The result goes to stdout,
 * what happened to stderr, a word before each line.
 */
const STEPS = `
cd "$(mktemp -d)"
umask 077
echo ${'ab'.repeat(32)} >key
uptime_s() { cut -d' ' -f1 /proc/uptime; }
${XRBENCH} serve --listen 10.77.0.1:28470 --key-file key --json >agent.log 2>&1 &
agent=$!
until grep -q '"port"' agent.log; do sleep 0.1; done
to='--peer 10.77.0.1 --key-file key -q --warmup 0 -r 1'
{
  ${XRBENCH} run $to -t ${TRANSPORTS.join()} -w ${WORKLOADS.join()} -d ${MEASURED_S}s --json >result.json 2>said
  echo $? >code
} &
step=${STEP_S}
until [ -e code ]; do
  date -s "@$(($(date +%s) + step))" >/dev/null
  step=$((-step))
  echo "step $(uptime_s)" >&2
  sleep 0.2
done
began=$(uptime_s)
${XRBENCH} run $to -t tcp -d 20ms >/dev/null 2>>said
echo "next $? $began $(uptime_s)" >&2
kill $agent
wait $agent
cat result.json
{ echo "exit $(cat code)"; sed 's/^/said /' said; sed 's/^/log /' agent.log; } >&2
`

test('the clock of both ends set by an hour, forward and back, all the time', {
  timeout: 900_000,
}, async () => {
  const { code, stdout, stderr } = await runCli(['lab', '--quiet', '--', 'sh', '-c', STEPS])
  expect(code, stderr).toBe(0)
  const told = (word: string) =>
    [...stderr.matchAll(new RegExp(`^${word} (.*)$`, 'gm'))].map(([, text = '']) => text)
  expect(told('exit'), stderr).toEqual(['0'])
  const result: ResultDocument = JSON.parse(stdout)
  expectValid(result)
  expect(result.cases).toHaveLength(TRANSPORTS.length * WORKLOADS.length)
  for (const { key, status, repetitions } of result.cases) {
    const [repetition] = repetitions
    expect({ key, status, flags: repetition?.flags }).toMatchObject({
      ...{ key, status: 'completed' },
      flags: expect.not.arrayContaining(['suspended']),
    })
    expect((repetition?.durationNs ?? 0) / 1e9 / MEASURED_S, key).toBeCloseTo(1, 1)
    // What was timed across a step is not an hour longer, nor less than nothing.
    expect(repetition?.latency?.maxNs ?? 0, key).toBeLessThan((STEP_S / 2) * 1e9)
    expect(repetition?.latency?.minNs ?? 1, key).toBeGreaterThan(0)
  }
  // Each measured phase has had some.
  const steps = told('step').map(Number)
  const gaps = steps.slice(1).map((at, i) => at - (steps[i] ?? at))
  expect(Math.max(...gaps)).toBeLessThan(MEASURED_S)
  const sessions = told('log').filter((line) => line.includes('"event":"session"'))
  for (const line of sessions) expect(JSON.parse(line).seconds).toBeLessThan(STEP_S / 2)
  const [exit, began, ended] = (told('next')[0] ?? '').split(' ').map(Number)
  expect(exit, stderr).toBe(0)
  expect(sessions).toHaveLength(2)
  const emulated = result.environment.client.virtualisation.emulatedCpu
    ? ', on an emulated CPU'
    : ''
  writeFaults(
    'In a guest of the lab',
    [
      `Agent and client in one guest${emulated}, each transport and workload measured for ${MEASURED_S} s. \`src/cli/run/faults-lab.nightly.test.ts\``,
    ],
    ['fault', 'client ends with', 'kept', 'next client'],
    [
      [
        `clock of both ends set by an hour, forward and back, ${steps.length} times`,
        '0',
        `all: ${result.cases.length} cases, none longer or shorter for it`,
        seconds(1000 * ((ended ?? 0) - (began ?? 0))),
      ],
    ],
  )
})
