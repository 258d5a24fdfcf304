import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'

const POLL_MS = 10

/**
 * Where the two ends run: as `xrbench --pin auto` does it, the client on the last CPU this process may use, the server on
 * the one before it. `null` = nobody is pinned, because there is only one.
 * @returns {Promise<{ client: number, server: number } | null>}
 */
export async function choosePlaces() {
  const status = await readFile('/proc/self/status', 'utf8')
  const cpus = expandList(/^Cpus_allowed_list:\s*(\S+)/m.exec(status)?.[1] ?? '')
  const [server, client] = cpus.slice(-2)
  return server === undefined || client === undefined ? null : { client, server }
}

/**
 * `0-2,5` → 0, 1, 2, 5.
 * @param {string} list
 * @returns {number[]}
 */
export function expandList(list) {
  return list.split(',').flatMap((part) => {
    const [first, last = first] = part.split('-').map(Number)
    if (first === undefined || last === undefined || !Number.isInteger(first)) return []
    return Array.from({ length: last - first + 1 }, (_, i) => first + i)
  })
}

/**
 * Prefixes a command so that it runs on one CPU; taskset(1) becomes the command, so its pid stays.
 * @param {number | undefined} cpu
 * @param {string[]} commandLine
 */
export const pinned = (cpu, commandLine) =>
  cpu === undefined ? commandLine : ['taskset', '-c', String(cpu), ...commandLine]

/** A port of 127.0.0.1 that is free for TCP and for UDP. */
export async function freePort() {
  for (;;) {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = /** @type {import('node:net').AddressInfo} */ (server.address())
    const udpIsFree = await canBindUdp(port)
    server.close()
    await once(server, 'close')
    if (udpIsFree) return port
  }
}

/** @param {number} port */
async function canBindUdp(port) {
  const socket = createSocket('udp4')
  try {
    socket.bind(port, '127.0.0.1')
    await once(socket, 'listening')
    return true
  } catch {
    return false
  } finally {
    socket.close()
  }
}

/**
 * Waits until a server has bound its port, by looking at the kernel's tables: a probe would count as its client.
 * @param {'tcp' | 'udp'} protocol
 * @param {number} port
 * @param {import('./child.mjs').Child} child
 * @param {number} timeoutMs
 */
export async function waitUntilBound(protocol, port, child, timeoutMs) {
  const state = protocol === 'tcp' ? '0A' : '07'
  const pattern = new RegExp(
    `:${port.toString(16).toUpperCase().padStart(4, '0')} [0-9A-F]+:0000 ${state} `,
  )
  const deadline = performance.now() + timeoutMs
  let gone = false
  child.ended.then(
    () => (gone = true),
    () => (gone = true),
  )
  while (!pattern.test(await readFile(`/proc/net/${protocol}`, 'utf8'))) {
    if (gone) await child.ended
    if (gone || performance.now() > deadline)
      throw new Error(`the server did not bind ${protocol} port ${port}`)
    await delay(POLL_MS)
  }
}
