import { Duplex } from 'node:stream'
import type { TLSSocket } from 'node:tls'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { captureEnvironment } from '../../environment/capture.js'
import { EndpointSource } from '../endpoint/source.js'
import { remoteParameters } from '../endpoint/spec.js'
import { testCase } from '../fixtures/case.js'
import { withoutProcesses } from '../fixtures/idle-endpoint.js'
import { HELLO } from '../fixtures/raw-peer.js'
import { encodeFrame } from '../wire/frame.js'
import { HEARTBEAT_MS, WATCHDOG_MARGIN_MS } from '../wire/protocol.js'
import { toldParameters } from '../wire/told-parameters.js'
import { DEFAULT_LIMITS } from './admission.js'
import { CLIENT_CHECKS } from './agent.js'
import { Beside } from './beside.js'
import { Budget } from './budget.js'
import { Line } from './line.js'
import { OwnEnvironment } from './own-environment.js'
import { Places } from './places.js'
import { serveSession } from './session.js'

withoutProcesses()
afterEach(() => {
  vi.useRealTimers()
})

/** A connection whose other end reads whatever it is told. */
class Heard extends Duplex {
  readonly remoteAddress = '127.0.0.1'
  readonly localAddress = '127.0.0.1'

  override _read(): void {}

  override _write(_chunk: Buffer, _encoding: string, done: () => void): void {
    done()
  }

  says(message: unknown): void {
    this.push(encodeFrame(message, 1 << 20))
  }
}

const CONNECT_MS = 2_000
const MEASURED_MS = 30_000
const LONGEST_MS = 100_000

const prepare = (parameters: Parameters<typeof testCase>[1]) => ({
  ...{ type: 'prepare', transport: 'tcp', workload: 'ping-pong' },
  parameters: toldParameters(
    remoteParameters(
      testCase({}, { connectTimeoutNs: CONNECT_MS * 1e6, warmupCapNs: 0, ...parameters }),
      'server',
    ),
  ),
})
const CONNECT = { type: 'connect', blob: 'AAAAAAAAAAA=' }
const START = { type: 'start' }

describe('a repetition of a client that says no more than that it is there', () => {
  it.each([
    ['before it has connected', [prepare({ durationNs: MEASURED_MS * 1e6 })], CONNECT_MS],
    ['before it has started', [prepare({ durationNs: MEASURED_MS * 1e6 }), CONNECT], CONNECT_MS],
    [
      'while it measures for a time',
      [prepare({ durationNs: MEASURED_MS * 1e6 }), CONNECT, START],
      MEASURED_MS,
    ],
    [
      'while it measures a number of messages',
      [prepare({ durationNs: 0, iterations: 1e9 }), CONNECT, START],
      LONGEST_MS,
    ],
  ])('%s is ended when it must be over', async (_when, said, lastsMs) => {
    const environment = await captureEnvironment()
    vi.useFakeTimers({
      toFake: ['setInterval', 'clearInterval', 'setTimeout', 'clearTimeout', 'performance'],
    })
    const line = new Line({ parallel: 1, maxQueue: 0 })
    const beside = new Beside()
    const socket = new Heard()
    let reason: { code: string } | null = null
    const ended = serveSession(socket as unknown as TLSSocket, {
      tool: { name: 'xrbench', version: '0' },
      transports: ['tcp'],
      environment: new OwnEnvironment(async () => environment, beside),
      limits: { ...DEFAULT_LIMITS, maxDurationNs: LONGEST_MS * 1e6 },
      memory: new Budget(1024 ** 3),
      rdmaPort: { device: null, port: null, gidIndex: null },
      dataPorts: null,
      places: new Places({ all: 1, perOrigin: 1 }),
      callers: new Places({ all: 1, perOrigin: 1 }),
      line,
      beside,
      idleMs: 600_000,
      checks: CLIENT_CHECKS,
      source: new EndpointSource(),
    }).ended.then((end) => {
      reason = end.reason
    })
    for (const message of [HELLO, ...said]) {
      socket.says(message)
      await vi.advanceTimersByTimeAsync(1)
    }
    expect(line.measuring).toBe(1)
    const talk = setInterval(() => socket.says({ type: 'ping' }), HEARTBEAT_MS)
    await vi.advanceTimersByTimeAsync(lastsMs)
    expect(reason).toBeNull()
    await vi.advanceTimersByTimeAsync(2 * WATCHDOG_MARGIN_MS)
    clearInterval(talk)
    expect(reason).toMatchObject({ code: 'XRB_PEER_SILENT' })
    await ended
    // Its turn is somebody else's.
    expect(line.measuring).toBe(0)
  })
})
