import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { contradictionsOf } from '../../results/document/check.js'
import type { EndReport } from '../../results/repetition/report.js'
import { readResult } from '../../results/store/store.js'
import { testAgent } from '../../session/fixtures/agent.js'
import { Channel } from '../../session/wire/channel.js'
import { runCli } from '../fixtures/spawn-cli.js'

/** An agent that measures in order, and then says what it likes of it. */

let folder: string
let agent: Awaited<ReturnType<typeof testAgent>>
let rogue: (report: EndReport) => unknown = (report) => report
let limits: object = {}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'xrbench-rogue-'))
  const { send } = Channel.prototype
  vi.spyOn(Channel.prototype, 'send').mockImplementation(function (
    this: Channel<never, never>,
    told,
  ) {
    const message = told as { type: string; report?: unknown; limits?: object }
    if (message.type === 'finished') message.report = rogue(message.report as EndReport)
    if (message.type === 'turn' && message.limits) Object.assign(message.limits, limits)
    send.call(this, told)
  })
  agent = await testAgent({
    places: { all: 2, perOrigin: 2 },
    line: { parallel: 2, maxQueue: 0 },
  })
})
afterEach(() => {
  rogue = (report) => report
  limits = {}
})
afterAll(async () => {
  await agent.close()
  vi.restoreAllMocks()
  rmSync(folder, { recursive: true })
})

async function run(...what: string[]) {
  const keyFile = join(folder, 'key')
  writeFileSync(keyFile, agent.key.toString('hex'), { mode: 0o600 })
  const output = join(folder, 'out.json')
  const peer = ['--peer', `127.0.0.1:${agent.port}`, '--key-file', keyFile]
  const short = ['-q', '-r', '1', '-d', '200ms', '--warmup', '0', '-o', output]
  const { code, stderr } = await runCli(['run', ...peer, ...what, ...short], { cwd: folder })
  // Whatever it said, nothing else is written.
  expect(['key', 'out.json']).toEqual(expect.arrayContaining(readdirSync(folder)))
  return { code, stderr, output }
}

type Outcome = NonNullable<EndReport['outcome']>

const outcome = (change: (outcome: Outcome) => object) => (report: EndReport) => ({
  ...report,
  outcome: report.outcome && { ...report.outcome, ...change(report.outcome) },
})
const effective = (change: object) =>
  outcome(({ effective }) => ({ effective: { ...effective, ...change } }))
const lastMark = (change: object) =>
  outcome(({ links }) => ({
    links: links.map((link) => ({
      ...link,
      marks: link.marks.map((mark, i) =>
        i === link.marks.length - 1 ? { ...mark, ...change } : mark,
      ),
    })),
  }))
const huge = {
  indices: [1],
  counts: [1e18],
  count: 1e18,
  overflow: 0,
  minNs: 1,
  maxNs: 1,
  sumNs: 1e18,
}

test.each([
  ['half a port', effective({ localPort: 0.5 }), 'XRB_PROTOCOL'],
  ['a name of 256 letters', effective({ congestionControl: 'a'.repeat(256) }), 'XRB_PROTOCOL'],
  ['1e18 messages', lastMark({ messages: 1e18 }), 'XRB_PROTOCOL'],
  [
    'a histogram of 1e18 counts',
    outcome(({ links }) => ({
      links: links.map((link) => ({ ...link, histograms: { a: huge } })),
    })),
    'XRB_PROTOCOL',
  ],
  [
    'a fault named after what every object has',
    (report: EndReport) => ({
      ...report,
      fault: { code: '__proto__', op: 'x', errno: 0, message: 'x' },
    }),
    'XRB_PROTOCOL',
  ],
  ['no links', outcome(() => ({ links: [] })), 'XRB_PEER_REPORT'],
  ['nothing', (report: EndReport) => ({ ...report, outcome: null }), 'XRB_PEER_REPORT'],
  ['more than was sent', lastMark({ messages: 1e9, bytes: 64e9 }), 'XRB_PEER_REPORT'],
  ['more than the time can hold', lastMark({ messages: 1e14, bytes: 64e14 }), 'XRB_PEER_REPORT'],
] as const)('%s is a fault of the agent, and the file is valid', async (_, change, code) => {
  rogue = change
  const { code: exit, stderr, output } = await run('-t', 'tcp', '-w', 'stream')
  expect(stderr).toMatch(new RegExp(`^error: The agent.*\\[${code}\\]$`, 'm'))
  expect(exit).toBe(4)
  // As `validate` reads it.
  const doc = await readResult(output)
  expect(contradictionsOf(doc)).toEqual([])
  expect(doc.cases[0]?.repetitions[0]).toMatchObject({ status: 'failed', failure: { code } })
})

test.each([
  ['half a nanosecond', { durationNs: 1.5e8 + 0.5 }],
  ['no time', { durationNs: 0 }],
  ['half a bit', { rateBitsPerSec: 1e6 + 0.5 }],
  ['a rate beyond all that can be asked for', { rateBitsPerSec: 1e300 }],
])('limits of %s are a fault of the agent, before anything is measured', async (_, told) => {
  limits = told
  const { code, stderr } = await run('-t', 'tcp', '-w', 'stream')
  expect(stderr).toMatch(/^error: The agent sent a message that is not valid.*\[XRB_PROTOCOL\]$/m)
  expect(code).toBe(4)
})

test('what it says in order is taken', async () => {
  const { code, stderr } = await run('-t', 'tcp,udp', '-w', 'ping-pong,stream')
  expect(stderr).not.toContain('error')
  expect(code).toBe(0)
})
