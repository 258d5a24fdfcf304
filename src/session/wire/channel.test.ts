import { type AddressInfo, connect, createServer } from 'node:net'
import { duplexPair } from 'node:stream'
import { afterEach, describe, expect, it } from 'vitest'
import { HELLO } from '../fixtures/raw-peer.js'
import { agentMessageSchema, introducedAgentSchema } from './agent-messages.js'
import { Channel } from './channel.js'
import { clientMessageSchema, introducedClientSchema } from './client-messages.js'
import { encodeFrame } from './frame.js'
import type { MessageCheck } from './message-check.js'

const closers: (() => void)[] = []
afterEach(() => {
  for (const close of closers.splice(0)) close()
})

const MIB = 1024 ** 2
const MORE_THAN_ASKED = /sent more than it was asked for/

/** A channel, and its other end. */
function listening<In extends { type: string }>(
  incoming: MessageCheck<In>,
  first?: MessageCheck<In>,
) {
  const [here, there] = duplexPair()
  const options = { incoming, maxOutgoingBytes: MIB, peer: 'other end' }
  const channel = new Channel(here, first === undefined ? options : { ...options, first })
  channel.maxIncomingBytes = MIB
  closers.push(() => {
    channel.close()
    there.destroy()
  })
  return { channel, there, say: (message: unknown) => there.write(encodeFrame(message, MIB)) }
}

/** A message that takes that many bytes to say and next to none to hold, as white space does. */
function padded(message: unknown, bytes: number): Buffer {
  const frame = Buffer.alloc(4 + bytes, ' ')
  frame.writeUInt32BE(bytes, 0)
  frame.write(JSON.stringify(message), 4)
  return frame
}

describe('what nobody has received', () => {
  it('is together no longer than one frame may be', async () => {
    const { channel, there } = listening(introducedClientSchema)
    there.write(padded({ type: 'start' }, MIB / 2))
    there.write(padded({ type: 'finish' }, MIB / 2))
    there.write(padded({ type: 'start' }, 1_000))
    expect((await channel.lost).message).toMatch(MORE_THAN_ASKED)
    expect([await channel.receive(), await channel.receive()]).toEqual([
      { type: 'start' },
      { type: 'finish' },
    ])
    await expect(channel.receive()).rejects.toMatchObject({ code: 'XRB_PROTOCOL' })
  })

  it('does not count once it has been received', async () => {
    const { channel, there } = listening(introducedClientSchema)
    for (let i = 0; i < 8; i++) {
      there.write(padded({ type: 'start' }, MIB / 4))
      expect(await channel.receive()).toEqual({ type: 'start' })
    }
    expect(channel.fault).toBeNull()
  })

  it('is a few messages, however short', async () => {
    const { channel, say } = listening(introducedClientSchema)
    for (let i = 0; i < 33; i++) say({ type: 'start' })
    expect((await channel.lost).message).toMatch(MORE_THAN_ASKED)
  })
})

describe('a connection that is over', () => {
  it('in order says so', async () => {
    const { channel, there } = listening(introducedClientSchema)
    there.end()
    const lost = await channel.lost
    expect(lost).toMatchObject({
      ...{ code: 'XRB_PEER_LOST', exitCode: 4 },
      message: 'The other end closed the control connection.',
    })
    expect(lost.cause).toBeUndefined()
  })

  it('because it broke says how', async () => {
    const server = createServer((socket) => socket.resetAndDestroy())
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    closers.push(() => server.close())
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
    const options = { incoming: introducedClientSchema, maxOutgoingBytes: MIB, peer: 'agent' }
    const channel = new Channel(socket, options)
    expect(await channel.lost).toMatchObject({
      ...{ code: 'XRB_PEER_LOST', exitCode: 4, cause: { code: 'ECONNRESET' } },
      message: 'The control connection to the agent broke (ECONNRESET).',
    })
  })

  it('because this end failed does not blame the other one', async () => {
    const broken: MessageCheck<{ type: string }> = {
      safeParse: () => {
        throw new TypeError('no such thing')
      },
    }
    const { channel, say } = listening(broken)
    say({ type: 'start' })
    expect(await channel.lost).toMatchObject({
      ...{ code: 'XRB_INTERNAL', exitCode: 1, cause: { message: 'no such thing' } },
      message: 'This end failed at what the other end sent (TypeError).',
    })
  })
})

describe.each<[string, () => ReturnType<typeof listening>, unknown]>([
  ['client', () => listening(introducedClientSchema, clientMessageSchema), HELLO],
  [
    'agent',
    () => listening(introducedAgentSchema, agentMessageSchema),
    { type: 'hello-ok', protocol: 2 },
  ],
])('the hello of a %s', (_who, open, hello) => {
  it('is heard once, whatever is in it', async () => {
    const { channel, say } = open()
    const long = { ...(hello as object), more: Array.from({ length: 1_000 }, () => ({})) }
    say({ type: 'ping' })
    say(long)
    expect(await channel.receive()).toEqual(long)
    say({ type: 'ping' })
    say(long)
    expect(await channel.lost).toMatchObject({ code: 'XRB_PROTOCOL' })
  })
})
