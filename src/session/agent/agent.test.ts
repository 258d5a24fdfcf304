import { once } from 'node:events'
import { type AddressInfo, connect as connectTcp, createServer, type Socket } from 'node:net'
import { connect as connectTls, createServer as createTlsServer } from 'node:tls'
import { afterEach, describe, expect, it } from 'vitest'
import { deferred } from '../../deferred.js'
import { serverAt } from '../../fixtures/server-at.js'
import { reservePort } from '../../transports/fixtures/reserved-port.js'
import { ciphersWithoutKernel } from '../../transports/kernel-tls.js'
import { connectSession } from '../client/client.js'
import { testAgent } from '../fixtures/agent.js'
import { endpointsOf } from '../fixtures/processes.js'
import { HELLO, rawPeer } from '../fixtures/raw-peer.js'
import { encodeFrame } from '../wire/frame.js'
import { createKey } from '../wire/key.js'
import { agentTlsOptions, clientTlsOptions } from '../wire/tls.js'
import type { AgentEvent } from './agent.js'
import { ANOTHER_KEY, LATE, LEFT, NO_KEY, NO_TLS, SILENT } from './hold-strangers.js'

const open: { close(): Promise<void> }[] = []
afterEach(async () => {
  while (open.length > 0) await open.pop()?.close()
})

async function agent(...options: Parameters<typeof testAgent>) {
  const started = await testAgent(...options)
  open.push(started)
  return started
}

/** The agent still serves: a well-behaved client gets in. */
async function expectAlive(of: Awaited<ReturnType<typeof agent>>) {
  const session = await connectSession(of)
  expect(session.facts).toMatchObject({ protocol: 2, transports: ['tcp', 'udp'] })
  await session.close()
}

/** Retries are the user's business: a busy agent says so. This one wants to know when it stops being busy. */
async function expectFree(of: Awaited<ReturnType<typeof agent>>) {
  for (;;) {
    try {
      return await expectAlive(of)
    } catch (error) {
      if ((error as { code?: string }).code !== 'XRB_PEER_BUSY') throw error
    }
  }
}

/** Connections that say nothing, in the order they came. */
async function strangers(to: { host: string; port: number }, count: number, from = '127.0.0.1') {
  const all = []
  for (let i = 0; i < count; i++) {
    const socket = connectTcp({ ...to, localAddress: from })
    socket.on('error', () => {})
    socket.resume()
    await once(socket, 'connect')
    all.push(socket)
  }
  return all
}

it('tells where its kernel does not take the records of TLS, if it does TLS at all', async () => {
  for (const transports of [['tcp'], ['tcp', 'tls']]) {
    const a = await agent({ transports })
    const session = await connectSession(a)
    const told = session.facts.features.filter((feature) => feature.startsWith('lacks:'))
    const lacks = transports.includes('tls') ? ciphersWithoutKernel() : []
    expect(told).toEqual(lacks.map((cipher) => `lacks:ktls:${cipher}`))
    await session.close()
  }
})

describe('before anything is parsed', () => {
  it('another key is refused, at both ends by name', async () => {
    const a = await agent()
    const wrong = connectSession({ ...a, key: createKey() })
    await expect(wrong).rejects.toMatchObject({ code: 'XRB_PEER_KEY', exitCode: 4 })
    expect(a.events).toMatchObject([{ type: 'rejected', reason: ANOTHER_KEY }])
    await expectAlive(a)
  })

  it('another identity is refused', async () => {
    const a = await agent()
    const socket = connectTls({
      ...{ host: a.host, port: a.port },
      ...clientTlsOptions(a.key),
      pskCallback: () => ({ psk: a.key, identity: 'root' }),
    })
    await expect(once(socket, 'secureConnect')).rejects.toThrow(/alert/)
    await expectAlive(a)
  })

  it('a client without a key at all is refused', async () => {
    const a = await agent()
    const socket = connectTls({ host: a.host, port: a.port, rejectUnauthorized: false })
    await expect(once(socket, 'secureConnect')).rejects.toThrow()
    expect(a.events).toMatchObject([{ type: 'rejected', reason: NO_KEY }])
    await expectAlive(a)
  })

  it.each([
    ['HTTP', 'GET / HTTP/1.1\r\n\r\n'],
    ['SSH', 'SSH-2.0-OpenSSH_9.2\r\n'],
    ['zeros', '\0'.repeat(64)],
  ])('%s is no TLS, and told of as that', async (_name, text) => {
    const a = await agent()
    const [socket] = await strangers(a, 1)
    socket?.write(text)
    if (socket && !socket.closed) await once(socket, 'close')
    expect(a.events).toMatchObject([{ type: 'rejected', reason: NO_TLS }])
  })

  it('silent connections, however many, keep nobody out', async () => {
    const a = await agent()
    const silent = await strangers(a, 300)
    // None of them costs a process.
    expect(endpointsOf(process.pid)).toEqual([])
    await expectAlive(a)
    // The oldest of them made room.
    await Promise.all(silent.slice(0, 44).map(async (one) => one.closed || once(one, 'close')))
    expect(a.events).toContainEqual({ type: 'rejected', peer: expect.any(String), reason: SILENT })
    for (const socket of silent) socket.destroy()
  })

  it('who is slow to show the key is not pushed out by a few hundred who are quick to say nothing', async () => {
    const a = await agent()
    const [slow] = await strangers(a, 1)
    const silent = [
      ...(await strangers(a, 200)),
      ...(await strangers(a, 250, '127.0.0.2')),
      ...(await strangers(a, 250, '127.0.0.3')),
      ...(await strangers(a, 250, '127.0.0.4')),
    ]
    slow?.pause()
    const socket = connectTls({ ...(slow && { socket: slow }), ...clientTlsOptions(a.key) })
    await once(socket, 'secureConnect')
    expect(a.events.filter(({ type }) => type === 'rejected')).toEqual([])
    for (const one of [socket, ...silent]) one.destroy()
  })

  it('what is not TLS is cut off', async () => {
    const a = await agent()
    const socket = connectTcp(a.port, a.host)
    socket.resume()
    socket.write('GET / HTTP/1.1\r\n\r\n')
    await once(socket, 'close')
    await expectAlive(a)
  })

  it.each<[string, (socket: Socket) => unknown]>([
    ['ends', (socket) => socket.end()],
    ['resets', (socket) => socket.resetAndDestroy()],
  ])('who connects and %s has a line, one', async (_what, leave) => {
    const told = deferred<void>()
    const rejected: AgentEvent[] = []
    const a = await agent({
      onEvent: (event) => {
        if (event.type !== 'rejected') return
        rejected.push(event)
        told.resolve()
      },
    })
    const [scanner] = await strangers(a, 1)
    if (scanner) leave(scanner)
    await told.promise
    await expectAlive(a)
    expect(rejected).toEqual([{ type: 'rejected', peer: expect.any(String), reason: LEFT }])
  })

  it('a session that is played again is closed, has a line, and is none', async () => {
    const a = await agent()
    const heard: Buffer[] = []
    const listener = createServer((near) => {
      const far = connectTcp(a.port, a.host)
      for (const socket of [near, far]) socket.on('error', () => {})
      near.on('data', (chunk) => heard.push(chunk))
      near.pipe(far).pipe(near)
    })
    await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
    const { port } = listener.address() as AddressInfo
    await (await connectSession({ ...a, port })).close()
    listener.close()
    await expectFree(a)
    const sessions = () => a.events.filter(({ type }) => type === 'session-opened').length
    const before = sessions()
    const again = connectTcp(a.port, a.host)
    again.on('error', () => {})
    again.resume()
    await once(again, 'connect')
    const peer = `127.0.0.1 port ${again.localPort}`
    again.write(Buffer.concat(heard))
    await once(again, 'close')
    expect(a.events.at(-1)).toMatchObject({ type: 'rejected', peer })
    expect(a.events.filter(({ type }) => type === 'rejected')).toHaveLength(1)
    expect(sessions()).toBe(before)
  })

  it('many who say nothing keep nobody out', async () => {
    const a = await agent()
    const idle = Array.from({ length: 8 }, () => connectTcp(a.port, a.host).on('error', () => {}))
    await Promise.all(idle.map((socket) => once(socket, 'connect')))
    await expectAlive(a)
    for (const socket of idle) socket.destroy()
  })
})

describe('the hello', () => {
  it.each([
    ['an older version', { ...HELLO, protocol: 0 }, 'XRB_PEER_VERSION'],
    [
      'a newer version with a hello of its own',
      { type: 'hello', protocol: 9, x: [] },
      'XRB_PEER_VERSION',
    ],
    ['an unknown key', { ...HELLO, shell: 'id' }, 'XRB_PROTOCOL'],
    ['no hello at all', { type: 'start' }, 'XRB_PROTOCOL'],
    ['no object', 7, 'XRB_PROTOCOL'],
  ])('of %s is answered and closed', async (_what, hello, code) => {
    const a = await agent()
    const peer = await rawPeer(a, a.key)
    peer.send(hello)
    expect(await peer.next()).toMatchObject({ type: 'error', code })
    await peer.closed
    await expectAlive(a)
  })

  it.each([
    ['longer than 64 KiB', Buffer.from([0, 1, 0, 1])],
    ['of no length', Buffer.alloc(4)],
    ['of garbage', Buffer.concat([Buffer.from([0, 0, 0, 3]), Buffer.from('{{{')])],
  ])('%s is answered and closed', async (_what, bytes) => {
    const a = await agent()
    const peer = await rawPeer(a, a.key)
    peer.sendBytes(bytes)
    expect(await peer.next()).toMatchObject({ type: 'error', code: 'XRB_PROTOCOL' })
    await peer.closed
    await expectAlive(a)
  })

  it('of an agent with another version is told by the client', async () => {
    const key = createKey()
    const other = createTlsServer(agentTlsOptions(key), (socket) => {
      socket.on('error', () => {})
      socket.write(encodeFrame({ type: 'hello-ok', protocol: 7, more: true }, 1024))
    })
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    const { port } = other.address() as AddressInfo
    const session = connectSession({ host: '127.0.0.1', port, key })
    await expect(session).rejects.toMatchObject({ code: 'XRB_PEER_VERSION', exitCode: 4 })
    await expect(session).rejects.toThrow(
      'The agent speaks protocol 7, this client 2: upgrade xrbench at the client.',
    )
    other.close()
  })
})

describe('a second client', () => {
  it('is told that the agent is busy, and gets in once it is not', async () => {
    const a = await agent()
    const first = await connectSession(a)
    const second = connectSession(a)
    await expect(second).rejects.toMatchObject({ code: 'XRB_PEER_BUSY', exitCode: 4 })
    await first.close()
    await expectFree(a)
  })

  it('gets in where the operator allows two', async () => {
    const a = await agent({ places: { all: 2, perOrigin: 2 } })
    const first = await connectSession(a)
    await expectAlive(a)
    await first.close()
  })
})

describe('out of order', () => {
  it.each(['connect', 'start', 'hello'])("'%s' before 'prepare' ends the session", async (type) => {
    const a = await agent()
    const peer = await rawPeer(a, a.key)
    peer.send(HELLO)
    expect(await peer.next()).toMatchObject({ type: 'hello-ok' })
    peer.send(type === 'connect' ? { type, blob: 'AAAA' } : type === 'hello' ? HELLO : { type })
    expect(await peer.next()).toMatchObject({ type: 'error', code: 'XRB_PROTOCOL' })
    await peer.closed
    await expectFree(a)
  })
})

// Each takes as long as a deadline of the protocol, so they wait together.
describe.concurrent('a peer that', () => {
  it('says nothing is let go after 5 s', async () => {
    const a = await testAgent()
    const peer = await rawPeer(a, a.key)
    expect(await peer.next()).toMatchObject({ type: 'error', code: 'XRB_PEER_SILENT' })
    await peer.closed
    await expectAlive(a)
    await a.close()
  })

  it('sends a byte a second is let go after 5 s', async () => {
    const a = await testAgent()
    const peer = await rawPeer(a, a.key)
    const drip = setInterval(() => peer.sendBytes(Buffer.from([0])), 1000)
    expect(await peer.next()).toMatchObject({ type: 'error' })
    await peer.closed
    clearInterval(drip)
    await expectAlive(a)
    await a.close()
  })

  it('drips a frame after the hello does not pass for alive', async () => {
    const a = await testAgent()
    const peer = await rawPeer(a, a.key)
    peer.send(HELLO)
    expect(await peer.next()).toMatchObject({ type: 'hello-ok' })
    peer.sendBytes(Buffer.from([0, 0, 1, 0]))
    const drip = setInterval(() => peer.sendBytes(Buffer.from(' ')), 1000)
    expect(await peer.next()).toMatchObject({ type: 'error', code: 'XRB_PEER_SILENT' })
    await peer.closed
    clearInterval(drip)
    await expectAlive(a)
    await a.close()
  })

  it('never finishes its handshake is let go after 5 s', async () => {
    const a = await testAgent()
    const socket = connectTcp(a.port, a.host)
    socket.resume()
    await once(socket, 'close')
    expect(a.events).toMatchObject([{ type: 'rejected', reason: LATE }])
    await expectAlive(a)
    await a.close()
  })

  it('is an agent that accepts and never answers is given up after 5 s', async () => {
    const mute = createServer(() => {})
    await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve))
    const { port } = mute.address() as AddressInfo
    const session = connectSession({ host: '127.0.0.1', port, key: createKey() })
    await expect(session).rejects.toMatchObject({ code: 'XRB_PEER_SILENT', exitCode: 4 })
    mute.close()
  })
})

it('an agent that is ended says so to its clients, and blames none of them', async () => {
  const a = await testAgent()
  const peer = await rawPeer(a, a.key)
  peer.send(HELLO)
  expect(await peer.next()).toMatchObject({ type: 'hello-ok' })
  await a.close()
  expect(await peer.next()).toMatchObject({ type: 'error', code: 'XRB_PEER_ENDED' })
  await peer.closed
  const ended = { type: 'session-closed', reason: { code: 'XRB_PEER_ENDED' } }
  expect(a.events.at(-1)).toMatchObject(ended)
})

it('connections that cannot be taken end nothing, and are told of', async () => {
  const a = await agent()
  for (let i = 0; i < 3; i++) serverAt(a.port).emit('error', new Error('accept ENFILE'))
  const notTaken = { type: 'not-taken', reason: 'accept ENFILE' }
  expect(a.events).toEqual([notTaken, notTaken, notTaken])
  await expectAlive(a)
})

describe('connectSession', () => {
  it('says that nobody listens', async () => {
    const { port, release } = await reservePort()
    const session = connectSession({ host: '127.0.0.1', port, key: createKey() })
    await expect(session).rejects.toMatchObject({ code: 'XRB_PEER_UNREACHABLE', exitCode: 4 })
    release()
  })

  it('ends at once with its signal', async () => {
    const a = await agent()
    const reason = new Error('enough')
    const session = connectSession({ ...a, signal: AbortSignal.abort(reason) })
    await expect(session).rejects.toBe(reason)
  })
})

describe('startAgent', () => {
  it('says that the port is taken', async () => {
    const a = await agent()
    await expect(testAgent({ port: a.port })).rejects.toMatchObject({
      code: 'XRB_PORT_TAKEN',
      exitCode: 3,
    })
  })

  it('says that the address is not there', async () => {
    await expect(testAgent({ host: '192.0.2.1' })).rejects.toMatchObject({
      code: 'XRB_ADDRESS',
      exitCode: 3,
    })
  })
})
