import type { AddressInfo, ListenOptions, Server } from 'node:net'

/**
 * Listens, and goes on whatever happens then: where a connection cannot be taken, as long as memory or descriptors of the machine have run out, the next
 * one may be.
 * @param refused what to reject with where it cannot listen
 * @param notTaken called for each connection that could not be taken
 */
export function listening(
  server: Server,
  at: ListenOptions,
  refused: (error: NodeJS.ErrnoException) => Error,
  notTaken: (error: NodeJS.ErrnoException) => void,
): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    const refuse = (error: NodeJS.ErrnoException) => reject(refused(error))
    server.once('error', refuse)
    server.listen(at, () => {
      server.off('error', refuse)
      server.on('error', notTaken)
      resolve(server.address() as AddressInfo)
    })
  })
}
