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

/** What says that a key was shown, and not this one: another binder, or none that this end knows (RFC 8446, 4.2.11). */
const WRONG_KEY = /BINDER|SHARED_CIPHER|SIGNATURE|NO_CERTIFICATE/

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
    if (WRONG_KEY.test(code)) failures.add(socket.remoteAddress ?? '')
    // One that hung up is told of as that, when its connection has closed.
    if (code !== 'ECONNRESET') reject(peerOf(socket), error.message)
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

/** What the other end of a connection is called. */
export function peerOf(socket: Pick<Socket, 'remoteAddress' | 'remotePort'>): string {
  return `${socket.remoteAddress ?? 'unknown'} port ${socket.remotePort ?? 'unknown'}`
}
