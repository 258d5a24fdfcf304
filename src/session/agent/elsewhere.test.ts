import { Duplex } from 'node:stream'
import type { TLSSocket } from 'node:tls'
import { expect, it } from 'vitest'
import { captureEnvironment } from '../../environment/capture.js'
import { EndpointSource } from '../endpoint/source.js'
import { HELLO } from '../fixtures/raw-peer.js'
import { encodeFrame, FrameReader } from '../wire/frame.js'
import { PING_FEATURE } from '../wire/protocol.js'
import { DEFAULT_LIMITS } from './admission.js'
import { CLIENT_CHECKS } from './agent.js'
import { Beside } from './beside.js'
import { Budget } from './budget.js'
import { Line } from './line.js'
import { OwnEnvironment } from './own-environment.js'
import { Places } from './places.js'
import { serveSession } from './session.js'

/** A connection from an address, to one that no machine has (RFC 5737). */
class From extends Duplex {
  readonly localAddress = '192.0.2.1'
  readonly remoteAddress: string
  readonly #reader = new FrameReader(1 << 20)
  readonly heard: unknown[] = []

  constructor(remoteAddress: string) {
    super()
    this.remoteAddress = remoteAddress
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.#reader.push(chunk)
    for (let frame = this.#reader.next(); frame !== undefined; frame = this.#reader.next()) {
      this.heard.push(frame.message)
    }
    done()
  }

  says(message: unknown): void {
    this.push(encodeFrame(message, 1 << 20))
  }
}

// `ping` exits as `run` does.
it.each([
  ['192.0.2.9', [], 'XRB_PEER_LIMIT'],
  ['192.0.2.9', [PING_FEATURE], 'XRB_PEER_LIMIT'],
  ['192.0.2.1', [], 'XRB_PEER_LEFT'],
  ['127.0.0.9', [PING_FEATURE], 'XRB_PEER_LEFT'],
])('where nothing confines what measures, %s with %s ends with %s', async (address, asks, code) => {
  const environment = await captureEnvironment()
  const beside = new Beside()
  const socket = new From(address)
  const { ended } = serveSession(socket as unknown as TLSSocket, {
    tool: { name: 'xrbench', version: '0' },
    transports: ['tcp'],
    environment: new OwnEnvironment(async () => environment, beside),
    limits: { ...DEFAULT_LIMITS, refuseElsewhere: true },
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
  socket.says({ ...HELLO, features: ['sessions:turns', ...asks] })
  socket.push(null)
  const { reason, admitted } = await ended
  expect(reason).toMatchObject({ code })
  expect(admitted).toBe(code === 'XRB_PEER_LEFT')
  const isRefused = code === 'XRB_PEER_LIMIT'
  const codes = socket.heard.map((message) => (message as { code?: string }).code)
  expect(codes.includes('XRB_PEER_LIMIT')).toBe(isRefused)
  if (isRefused) expect(reason.hint).toContain('--allow-unconfined')
})
