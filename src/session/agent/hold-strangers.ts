import type { Socket } from 'node:net'
import type { Server, TLSSocket } from 'node:tls'
import { captureLimits } from '../../environment/limits.js'
import { machineFiles } from '../../environment/machine-files.js'
import { isKeyed } from '../wire/tls.js'
import { Failures } from './failures.js'
import { Strangers, strangerLimits } from './strangers.js'

/** Why one was rejected that has shown no key, and no wrong one: it had to make room, */
export const SILENT = 'it said nothing while others came'
/** … it was not even listened to for the rest of a minute, */
export const BARRED = 'too many wrong keys came from its address'
/** … or it went by itself. */
export const LEFT = 'it left without the key'
/** … and what it showed, where it showed something, */
export const ANOTHER_KEY = 'it has another key'
/** … or did not, */
export const NO_KEY = 'it offered no key'
/** … in time, */
export const LATE = 'it said nothing, or not enough, in time'
/** … or in words that are TLS 1.3. */
export const NO_TLS = 'it does not speak TLS 1.3'

/** OpenSSL's codes of a binder that is another key's (RFC 8446, 4.2.11), and of a hello without any. */
const ANOTHER = /BINDER/
const NONE = /SHARED_CIPHER|SIGNATURE|NO_CERTIFICATE/

/**
 * Holds as many strangers as there are places for. Each of them that does not show the key is told of, once, however it goes.
 * @param maxFailures wrong keys of an address in a minute
 * @returns how to let go of them all
 */
export function holdStrangers(
  server: Server,
  maxFailures: number,
  tell: (peer: string, reason: string) => void,
): () => void {
  const { openFiles } = captureLimits(machineFiles())
  const strangers = new Strangers(strangerLimits(openFiles))
  const failures = new Failures(maxFailures)
  const sockets = new Map<string, Socket>()
  const leave = (peer: string): boolean => {
    strangers.leave(peer)
    return sockets.delete(peer)
  }
  const reject = (peer: string, reason: string) => {
    if (leave(peer)) tell(peer, reason)
  }
  server.on('connection', (socket: Socket) => {
    const peer = peerOf(socket)
    const { remoteAddress: address } = socket
    // One that has gone already has no address any more.
    if (address === undefined || failures.isBarred(address)) {
      tell(peer, address === undefined ? LEFT : BARRED)
      socket.destroy()
      return
    }
    sockets.set(peer, socket)
    socket.once('close', () => {
      // Another one may have its port by now.
      if (sockets.get(peer) === socket) reject(peer, LEFT)
    })
    const oldest = strangers.add(peer, address)
    if (oldest === null) return
    const pushedOut = sockets.get(oldest)
    reject(oldest, SILENT)
    pushedOut?.destroy()
  })
  server.on('tlsClientError', (error, socket) => {
    const { code = '' } = error as NodeJS.ErrnoException
    const reason = reasonOf(code)
    if (reason === ANOTHER_KEY || reason === NO_KEY) failures.add(socket.remoteAddress ?? '')
    // One that hung up is told of as that, when its connection has closed.
    if (code !== 'ECONNRESET') reject(peerOf(socket), reason)
    socket.destroy()
  })
  server.on('secureConnection', (socket: TLSSocket) => {
    if (isKeyed(socket)) leave(peerOf(socket))
  })
  return () => {
    const held = [...sockets.values()]
    sockets.clear()
    for (const socket of held) socket.destroy()
  }
}

function reasonOf(code: string): string {
  if (ANOTHER.test(code)) return ANOTHER_KEY
  if (NONE.test(code)) return NO_KEY
  return code === 'ERR_TLS_HANDSHAKE_TIMEOUT' ? LATE : NO_TLS
}

/** What the other end of a connection is called. */
export function peerOf(socket: Pick<Socket, 'remoteAddress' | 'remotePort'>): string {
  return `${socket.remoteAddress ?? 'unknown'} port ${socket.remotePort ?? 'unknown'}`
}
