import { afterEach, describe, expect, it } from 'vitest'
import { deferred } from '../../deferred.js'
import { captureEnvironment } from '../../environment/capture.js'
import { connectSession } from '../client/client.js'
import { pingAgent } from '../client/ping.js'
import type { Waiting } from '../client/turn.js'
import { remoteParameters } from '../endpoint/spec.js'
import { testAgent } from '../fixtures/agent.js'
import { testCase } from '../fixtures/case.js'
import { confinedEndpointsOf } from '../fixtures/processes.js'
import { HELLO, type RawPeer, rawPeer } from '../fixtures/raw-peer.js'
import { CLIENT_FRAME_MAX_BYTES, TURNS_FEATURE } from '../wire/protocol.js'

const closers: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

const PLACES = { all: 8, perOrigin: 8 }

async function agent(...[options]: Parameters<typeof testAgent>) {
  const started = await testAgent({
    places: PLACES,
    line: { parallel: 1, maxQueue: 2 },
    ...options,
  })
  closers.push(() => started.close())
  return started
}

async function client(of: Parameters<typeof connectSession>[0]) {
  const session = await connectSession(of)
  closers.push(() => session.close())
  return session
}

/** One that waits. `told`: what it is told, `first`: once it has been told anything. */
function waits(session: Awaited<ReturnType<typeof client>>, signal?: AbortSignal) {
  const told: Waiting[] = []
  const first = deferred<void>()
  const onWaiting = (waiting: Waiting) => {
    told.push(waiting)
    first.resolve()
  }
  const turn = session.takeTurn({ planMs: 60_000, onWaiting, signal })
  turn.catch(() => {})
  return { turn, told, first: first.promise }
}

describe('several clients', () => {
  it('measure one after the other, and are told their place and how long', async () => {
    const a = await agent()
    const [first, second, third] = [await client(a), await client(a), await client(a)]
    await first.takeTurn({ planMs: 120_000 })
    const [b, c] = [waits(second), waits(third)]
    await Promise.all([b.first, c.first])
    expect(b.told[0]).toEqual({ place: 1, aboutMs: expect.any(Number) })
    expect(c.told[0]).toEqual({ place: 2, aboutMs: expect.any(Number) })
    expect((await first.runRepetition(testCase())).status).toBe('completed')
    await first.close()
    await b.turn
    expect((await second.runRepetition(testCase())).status).toBe('completed')
    expect(c.told.at(-1)?.place).toBe(1)
    await second.close()
    await c.turn
    const report = await third.runRepetition(testCase())
    expect(report).toMatchObject({ status: 'completed' })
    expect(report.isShared).toBeUndefined()
  })

  it('are refused where as many wait as may, in one sentence', async () => {
    const a = await agent({ line: { parallel: 1, maxQueue: 1 } })
    const [first, second, third] = [await client(a), await client(a), await client(a)]
    await first.takeTurn({ planMs: null })
    const b = waits(second)
    await b.first
    expect(b.told[0]).toEqual({ place: 1, aboutMs: null })
    await expect(third.takeTurn({ planMs: 1 })).rejects.toMatchObject({
      ...{ code: 'XRB_PEER_BUSY', exitCode: 4 },
      message: expect.stringMatching(
        /The agent is measuring for another client, and another client waits already\.$/,
      ),
    })
    await first.close()
    await b.turn
  })

  it('are refused where as many are held as may, of all or of an address, and told how long it takes', async () => {
    for (const places of [
      { all: 1, perOrigin: 8 },
      { all: 8, perOrigin: 1 },
    ]) {
      const a = await agent({ places })
      const first = await client(a)
      await first.takeTurn({ planMs: 120_000 })
      await expect(connectSession(a)).rejects.toMatchObject({ code: 'XRB_PEER_BUSY', exitCode: 4 })
      for (let i = 0; i < 20; i++) {
        const { line } = await pingAgent(a)
        expect(line).toEqual({ place: 1, aboutMs: expect.any(Number) })
      }
      expect(a.counts()).toEqual({ sessions: 1, measuring: 1, waiting: 0 })
      await first.close()
    }
  })

  it('one that has no place may look, and no more', async () => {
    const a = await agent({ places: { all: 1, perOrigin: 1 } })
    await client(a)
    for (const features of [['purpose:ping'], ['purpose:ping', 'sessions:turns']]) {
      const peer = await rawPeer(a, a.key)
      peer.send({ ...HELLO, features })
      if (features.length > 1) {
        expect(await peer.next()).toMatchObject({ type: 'hello-ok' })
        peer.send({ type: 'turn', planMs: 1 })
      }
      expect(await peer.next()).toMatchObject({ type: 'error', code: 'XRB_PEER_BUSY' })
      await peer.closed
    }
  })

  it('who come while one measures do not disturb it, and one that begins beside it is told of', async () => {
    let captured = 0
    const environment = async () => {
      captured += 1
      return await captureEnvironment()
    }
    const a = await agent({ environment, line: { parallel: 2, maxQueue: 0 } })
    const first = await client(a)
    await first.takeTurn({ planMs: null })
    const measured = async (meanwhile: () => Promise<void>) => {
      const measuring = deferred<void>()
      const stop = new AbortController()
      const onProgress = ({ phase }: { phase: string }) =>
        phase === 'measure' && measuring.resolve()
      const c = testCase({}, { durationNs: 30e9 })
      const long = first.runRepetition(c, { onProgress, signal: stop.signal })
      await measuring.promise
      captured = 0
      await meanwhile()
      stop.abort()
      return await long
    }
    const undisturbed = await measured(async () => {
      await pingAgent(a)
      await (await client(a)).close()
      expect(captured).toBe(0)
      expect(confinedEndpointsOf(process.pid)).toHaveLength(1)
    })
    expect(undisturbed.isShared).toBeUndefined()
    const disturbed = await measured(async () => {
      await (await client(a)).takeTurn({ planMs: null })
      expect(captured).toBe(1)
      expect(confinedEndpointsOf(process.pid)).toHaveLength(1)
    })
    expect(disturbed.isShared).toBe(true)
  })

  it('one that gives up while it waits is in nobody’s way', async () => {
    const a = await agent()
    const [first, second, third] = [await client(a), await client(a), await client(a)]
    await first.takeTurn({ planMs: null })
    const stop = new AbortController()
    const [b, c] = [waits(second, stop.signal), waits(third)]
    await Promise.all([b.first, c.first])
    stop.abort(new Error('enough'))
    await expect(b.turn).rejects.toThrow('enough')
    await second.close()
    await first.close()
    await c.turn
    expect((await third.runRepetition(testCase())).status).toBe('completed')
  })

  it('that measure at the same time are told so', async () => {
    const a = await agent({ line: { parallel: 2, maxQueue: 0 } })
    const [first, second] = [await client(a), await client(a)]
    for (const one of [first, second]) await one.takeTurn({ planMs: null })
    const both = await Promise.all([
      first.runRepetition(testCase()),
      second.runRepetition(testCase()),
    ])
    expect(both).toMatchObject([
      { status: 'completed', isShared: true },
      { status: 'completed', isShared: true },
    ])
    expect((await first.runRepetition(testCase())).isShared).toBeUndefined()
  })

  it('one that measures for longer than it told is cut off while another waits, and keeps what it has', async () => {
    const a = await agent({ line: { parallel: 1, maxQueue: 2, graceMs: 0 } })
    const [first, second] = [await client(a), await client(a)]
    await first.takeTurn({ planMs: 10 })
    const measuring = deferred<void>()
    const onProgress = ({ phase }: { phase: string }) => phase === 'measure' && measuring.resolve()
    const long = first.runRepetition(testCase({}, { durationNs: 30e9 }), { onProgress })
    await measuring.promise
    const b = waits(second)
    const report = await long
    expect(report).toMatchObject({ status: 'failed', failure: { code: 'XRB_PEER_TURN' } })
    expect(report.client.outcome?.links[0]?.latency?.count).toBeGreaterThan(0)
    await b.turn
    expect((await second.runRepetition(testCase())).status).toBe('completed')
    expect(a.events).toContainEqual(
      expect.objectContaining({
        ...{ type: 'session-closed', repetitions: 1 },
        reason: expect.objectContaining({ code: 'XRB_PEER_TURN' }),
      }),
    )
    // What it had measured by then is told of, and the other one's.
    const measured = a.events.flatMap((event) => (event.type === 'repetition' ? [event] : []))
    // Which end of the second one closes first is open.
    const ended = expect.stringMatching(/^(completed|peer-closed)$/)
    expect(measured).toMatchObject([{ status: 'failed' }, { status: ended }])
    expect(measured[0]?.messages).toBeGreaterThan(0)
  })
})

describe('a client that knows no turns', () => {
  it('has its own from the beginning, or is told that the agent is busy', async () => {
    const a = await agent()
    const older = await rawPeer(a, a.key)
    older.send(HELLO)
    expect(await older.next()).toMatchObject({ type: 'hello-ok' })
    const another = await rawPeer(a, a.key)
    another.send(HELLO)
    expect(await another.next()).toMatchObject({ type: 'error', code: 'XRB_PEER_BUSY' })
    await another.closed
    const b = waits(await client(a))
    await b.first
    older.destroy()
    await b.turn
  })
})

describe('a client that waits', () => {
  /** Next to one that measures. */
  async function waiting() {
    const a = await agent()
    await (await client(a)).takeTurn({ planMs: null })
    const peer = await rawPeer(a, a.key)
    peer.send({ ...HELLO, features: [TURNS_FEATURE] })
    expect(await peer.next()).toMatchObject({ type: 'hello-ok' })
    peer.send({ type: 'turn', planMs: 1 })
    expect(await peer.next()).toMatchObject({ type: 'waiting' })
    return peer
  }

  /** What the agent says beside where it stands in the line. */
  async function heard(peer: RawPeer) {
    let answer = await peer.next()
    while (answer.type === 'waiting') answer = await peer.next()
    return answer
  }

  it('says no second hello, whatever is in it', async () => {
    const peer = await waiting()
    const more = Array.from({ length: 300_000 }, () => ({}))
    for (let i = 0; i < 3; i++) peer.send({ ...HELLO, more })
    expect(await heard(peer)).toMatchObject({ type: 'error', code: 'XRB_PROTOCOL' })
    await peer.closed
  })

  it('says no more than a frame holds before it is asked for anything', async () => {
    const peer = await waiting()
    const start = Buffer.alloc(4 + CLIENT_FRAME_MAX_BYTES, ' ')
    start.writeUInt32BE(CLIENT_FRAME_MAX_BYTES, 0)
    start.write('{"type":"start"}', 4)
    for (let i = 0; i < 3; i++) peer.sendBytes(start)
    expect(await heard(peer)).toMatchObject({
      ...{ type: 'error', code: 'XRB_PROTOCOL' },
      message: expect.stringMatching(/more than it was asked for/),
    })
    await peer.closed
  })
})

describe('a session', () => {
  it('that measures nothing is ended, however often it says something', async () => {
    const a = await agent({ idleMs: 500 })
    const peer = await rawPeer(a, a.key)
    peer.send(HELLO)
    expect(await peer.next()).toMatchObject({ type: 'hello-ok' })
    const talk = setInterval(() => peer.send({ type: 'finish' }), 50)
    expect(await peer.next()).toMatchObject({ type: 'error', code: 'XRB_PEER_SILENT' })
    await peer.closed
    clearInterval(talk)
  })

  it('that gets no repetition under way is ended, however often it tries', async () => {
    const a = await agent({ idleMs: 500 })
    const peer = await rawPeer(a, a.key)
    peer.send(HELLO)
    expect(await peer.next()).toMatchObject({ type: 'hello-ok' })
    const parameters = remoteParameters(testCase(), 'server')
    const tries = () => {
      peer.send({ type: 'prepare', transport: 'tcp', workload: 'ping-pong', parameters })
      peer.send({ type: 'connect', blob: 'AAAA' })
      peer.send({ type: 'start' })
      peer.send({ type: 'finish' })
    }
    // The next one is always there already.
    tries()
    tries()
    let last = await peer.next()
    for (; last.type !== 'error'; last = await peer.next()) if (last.type === 'finished') tries()
    expect(last).toMatchObject({ code: 'XRB_PEER_SILENT' })
    await peer.closed
    expect(a.events.at(-1)).toMatchObject({ type: 'session-closed', repetitions: 0 })
    expect(a.events.filter(({ type }) => type === 'repetition')).toEqual([])
  })

  it('that measures goes on for longer than one may that does not', async () => {
    const idleMs = 2_000
    const a = await agent({ idleMs })
    const session = await client(a)
    await session.takeTurn({ planMs: null })
    const began = performance.now()
    while (performance.now() - began < 2 * idleMs) {
      expect((await session.runRepetition(testCase())).status).toBe('completed')
    }
  })

  it('does not count the time it waits as idle', async () => {
    const a = await agent({ idleMs: 1_000 })
    const [first, second] = [await client(a), await client(a)]
    await first.takeTurn({ planMs: null })
    const b = waits(second)
    // The first one measures nothing, and is ended for it.
    await b.turn
    expect((await second.runRepetition(testCase())).status).toBe('completed')
  })

  it('is told what the agent’s machine is like now, and again when it has waited', async () => {
    let captured = 0
    const environment = async () => {
      captured += 1
      return { ...(await captureEnvironment()), hostname: `capture-${captured}` }
    }
    const a = await agent({ environment })
    const [first, second] = [await client(a), await client(a)]
    // Two who come at once may be told the same.
    const before = captured
    expect(first.facts.environment.hostname).toBe('capture-1')
    expect(second.facts.environment.hostname).toBe(`capture-${before}`)
    await first.takeTurn({ planMs: null })
    expect(first.facts.environment.hostname).toBe('capture-1')
    const b = waits(second)
    await b.first
    await first.close()
    await b.turn
    expect(captured).toBe(before + 1)
    expect(second.facts.environment.hostname).toBe(`capture-${captured}`)
  })
})
