import { Duplex } from 'node:stream'
import type { TLSSocket } from 'node:tls'
import { afterEach, expect, it, vi } from 'vitest'
import { captureEnvironment } from '../../environment/capture.js'
import { EndpointSource } from '../endpoint/source.js'
import { remoteParameters } from '../endpoint/spec.js'
import { testCase } from '../fixtures/case.js'
import { HELLO } from '../fixtures/raw-peer.js'
import { encodeFrame } from '../wire/frame.js'
import { UNREAD_MS } from '../wire/protocol.js'
import { toldParameters } from '../wire/told-parameters.js'
import { DEFAULT_LIMITS } from './admission.js'
import { CLIENT_CHECKS } from './agent.js'
import { Beside } from './beside.js'
import { Budget } from './budget.js'
import { Line } from './line.js'
import { OwnEnvironment } from './own-environment.js'
import { Places } from './places.js'
import { serveSession } from './session.js'

afterEach(() => {
  vi.useRealTimers()
})

/** A connection whose other end reads nothing: what is written to it stays where it is. */
class Unread extends Duplex {
  readonly remoteAddress = '127.0.0.1'
  written = 0

  constructor() {
    super({ writableHighWaterMark: 1 })
  }

  override _read(): void {}

  override _write(): void {
    this.written += 1
  }

  says(message: unknown): void {
    this.push(encodeFrame(message, 1 << 20))
  }
}

it('a client that reads no answers gets no more of them, and is let go', async () => {
  const environment = await captureEnvironment()
  vi.useFakeTimers({
    toFake: ['setInterval', 'clearInterval', 'setTimeout', 'clearTimeout', 'performance'],
  })
  const socket = new Unread()
  const beside = new Beside()
  const { ended } = serveSession(socket as unknown as TLSSocket, {
    tool: { name: 'xrbench', version: '0' },
    transports: ['tcp'],
    environment: new OwnEnvironment(async () => environment, beside),
    limits: { ...DEFAULT_LIMITS, maxDurationNs: 1 },
    memory: new Budget(1024 ** 3),
    rdmaPort: { device: null, port: null, gidIndex: null },
    dataPorts: null,
    places: new Places({ all: 1, perOrigin: 1 }),
    callers: new Places({ all: 1, perOrigin: 1 }),
    line: new Line({ parallel: 1, maxQueue: 0 }),
    beside,
    idleMs: 600_000,
    checks: CLIENT_CHECKS,
    source: new EndpointSource(),
  })
  socket.says({ ...HELLO, features: ['sessions:turns', 'purpose:ping'] })
  await vi.advanceTimersByTimeAsync(1)
  const before = socket.writableLength
  expect(before).toBeGreaterThan(0)
  // Each of these would be refused with a sentence of its own.
  const parameters = toldParameters(remoteParameters(testCase(), 'server'))
  const request = { type: 'prepare', transport: 'tcp', workload: 'ping-pong', parameters }
  for (let i = 0; i < 20; i++) {
    socket.says(request)
    socket.says({ type: 'ping' })
    await vi.advanceTimersByTimeAsync(UNREAD_MS / 25)
  }
  expect(socket.writableLength).toBe(before)
  const talk = setInterval(() => socket.says({ type: 'ping' }), 1000)
  await vi.advanceTimersByTimeAsync(UNREAD_MS)
  const { reason } = await ended
  expect(reason).toMatchObject({ code: 'XRB_PEER_SILENT' })
  expect(reason.message).toMatch(/has read nothing of what it was told/)
  clearInterval(talk)
})
