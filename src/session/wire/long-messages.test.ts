import { describe, expect, it } from 'vitest'
import { asTold } from '../../fixtures/mutated.js'
import { quietMachine } from '../../results/fixtures/environments.js'
import { recordRaw } from '../../results/fixtures/histograms.js'
import { streamReport } from '../../results/fixtures/reports.js'
import { remoteParameters } from '../endpoint/spec.js'
import { testCase } from '../fixtures/case.js'
import { HELLO } from '../fixtures/raw-peer.js'
import { agentMessageCheck, firstAgentCheck } from './agent-messages.js'
import { clientMessageCheck, firstClientCheck } from './client-messages.js'
import { FrameReader } from './frame.js'
import { AGENT_FRAME_MAX_BYTES, CLIENT_FRAME_MAX_BYTES } from './protocol.js'
import { toldParameters } from './told-parameters.js'

/** What fills a frame and is wrong from the first element to the last: to tell so takes next to nothing. */

const PLACE = '@'
const FRAME_SPARE_BYTES = 64 * 1024

type Path = readonly (string | number)[]

function withPlaceAt(value: unknown, [key, ...rest]: Path): unknown {
  if (key === undefined) return PLACE
  const copy = Array.isArray(value) ? [...value] : { ...(value as object) }
  Reflect.set(copy, key, withPlaceAt(Reflect.get(copy, key), rest))
  return copy
}

/** `message` as it comes out of the longest frame, with as many wrong elements at `path` as fit. */
function flooded(message: object, path: Path, isRecord: boolean, maxBytes: number): unknown {
  const text = JSON.stringify(withPlaceAt(message, path))
  const one = isRecord ? (i: number) => `"a${i}":{}` : () => '{}'
  const count = Math.floor((maxBytes - FRAME_SPARE_BYTES) / (one(1e6).length + 1))
  const all = Array.from({ length: count }, (_, i) => one(i)).join()
  const body = text.replace(`"${PLACE}"`, isRecord ? `{${all}}` : `[${all}]`)
  const head = Buffer.alloc(4)
  head.writeUInt32BE(Buffer.byteLength(body))
  const reader = new FrameReader(maxBytes)
  reader.push(Buffer.concat([head, Buffer.from(body)]))
  return reader.next()?.message
}

function expectOneFault(result: ReturnType<typeof agentMessageCheck.safeParse>): void {
  expect(result.success).toBe(false)
  const issues = result.success ? [] : result.error.issues
  expect(issues).toHaveLength(1)
  expect(JSON.stringify(issues).length).toBeLessThan(1_000)
}

describe('an agent', () => {
  const report = streamReport({ messagesPerSec: 10, sizeBytes: 64 }).server
  const [first] = report.outcome?.links ?? []
  const timed = { latency: recordRaw([1_000, 2_000]), histograms: { handshake: recordRaw([9]) } }
  const links = [{ ...first, ...timed, intervalLatencies: [recordRaw([1_000])] }]
  const finished = {
    type: 'finished',
    report: asTold({ ...report, outcome: { ...report.outcome, links }, rdmaCounters: { a: 1 } }),
  }
  const environment = quietMachine('left')
  const tool = { name: 'xrbench', version: '0' }
  const hello = {
    ...{ type: 'hello-ok', protocol: 2, tool, features: [], transports: [], environment },
  }
  const turn = { type: 'turn', limits: { durationNs: 1, rateBitsPerSec: null }, environment }
  const link = ['report', 'outcome', 'links', 0] as const

  it('that says so in order is heard', () => {
    expect(firstAgentCheck.safeParse(hello)).toMatchObject({ success: true })
    for (const message of [finished, turn])
      expect(agentMessageCheck.safeParse(message)).toMatchObject({ success: true })
  })

  it.each<[string, object, Path, boolean]>([
    ['links', finished, ['report', 'outcome', 'links'], false],
    ['marks', finished, [...link, 'marks'], false],
    ['latencies of intervals', finished, [...link, 'intervalLatencies'], false],
    ['buckets', finished, [...link, 'latency', 'indices'], false],
    ['counts', finished, [...link, 'latency', 'counts'], false],
    ['counts of an interval', finished, [...link, 'intervalLatencies', 0, 'counts'], false],
    ['histograms', finished, [...link, 'histograms'], true],
    ['CPUs', finished, ['report', 'cpus'], false],
    ['transports of a build', finished, ['report', 'build', 'transports'], false],
    ['counters', finished, ['report', 'rdmaCounters'], true],
    ['what no report has', finished, ['report', 'more'], true],
    ['transports', hello, ['transports'], false],
    ['features', hello, ['features'], false],
    ['sysctls', hello, ['environment', 'sysctls'], true],
    ['what a machine has for RDMA', turn, ['environment', 'rdma'], false],
    ['what no sample has', { type: 'sample' }, ['more'], false],
  ])('that floods %s', (_, message, path, isRecord) => {
    const told = flooded(message, path, isRecord, AGENT_FRAME_MAX_BYTES)
    const check = message === hello ? firstAgentCheck : agentMessageCheck
    expectOneFault(check.safeParse(told))
  })
})

describe('a client', () => {
  const parameters = toldParameters(remoteParameters(testCase(), 'server'))
  const prepare = { type: 'prepare', transport: 'tcp', workload: 'ping-pong', parameters }
  const pinned = { ...prepare, parameters: { ...parameters, pin: { cpus: [] } } }

  it.each<[string, object, Path, boolean]>([
    ['CPUs', pinned, ['parameters', 'pin', 'cpus'], false],
    ['members', prepare, ['parameters', 'socket'], true],
    ['features', HELLO, ['features'], false],
  ])('that floods %s', (_, message, path, isRecord) => {
    const told = flooded(message, path, isRecord, CLIENT_FRAME_MAX_BYTES)
    const check = message === HELLO ? firstClientCheck : clientMessageCheck
    const result = check.safeParse(told)
    expect(result.success).toBe(false)
    if (!result.success) expect(result.error.issues).toHaveLength(1)
  })
})
