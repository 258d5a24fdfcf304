import { createServer as createHttpServer } from 'node:http'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { expect, test } from 'vitest'
import { selfSigned } from '../quic-perf/fixtures/self-signed.js'
import { connectSession } from './client/client.js'
import { createKey } from './wire/key.js'

/** Whoever listens where an agent was expected: one sentence and a hint. */

const { certificate, privateKey } = selfSigned()
const NO_AGENT = /^What listens at 127\.0\.0\.1, port \d+ is not an xrbench agent\.$/

test.each<[string, () => Server, string, RegExp]>([
  ['a web server', () => createHttpServer((_, answer) => answer.end()), 'XRB_PROTOCOL', NO_AGENT],
  [
    'a web server with a certificate',
    () => createTlsServer({ cert: certificate, key: privateKey }),
    'XRB_PROTOCOL',
    NO_AGENT,
  ],
  [
    'somebody who speaks first',
    () => createServer((socket) => void socket.write('SSH-2.0-OpenSSH_9.2\r\n')),
    'XRB_PROTOCOL',
    NO_AGENT,
  ],
  [
    'somebody who hangs up',
    () => createServer((socket) => void socket.destroy()),
    'XRB_PEER_UNREACHABLE',
    /^No agent can be reached at 127\.0\.0\.1, port \d+ \(.+\)\.$/,
  ],
])('%s', async (_, listener, code, message) => {
  const server = listener()
  server.on('connection', (socket) => socket.on('error', () => {}))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await expect(connectSession({ host: '127.0.0.1', port, key: createKey() })).rejects.toMatchObject(
    {
      ...{ code, exitCode: 4, hint: expect.stringMatching(/./) },
      message: expect.stringMatching(message),
    },
  )
  server.close()
})

test.each(['fe80::1', 'fe80::1%', 'fe80::1%lo', 'fe80::1%no-such'])(
  'a link-local address without an interface that leads there: %s',
  async (host) => {
    await expect(connectSession({ host, port: 9, key: createKey() })).rejects.toMatchObject({
      ...{ code: 'XRB_PEER_UNREACHABLE', exitCode: 4 },
      hint: expect.stringContaining('[fe80::1%eth0]'),
    })
  },
)
