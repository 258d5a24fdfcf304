import { connect } from 'node:net'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'

/** The other guest boots at its own pace. */
const PATIENCE_MS = 60_000
const RETRY_MS = 200

/**
 * An {@link import('./end.mjs').End} on another machine, behind `far-end.mjs`.
 * @param {string} address
 * @param {number} port
 * @param {AbortSignal} signal
 */
export async function connectEnd(address, port, signal) {
  const socket = await reach(address, port, signal)
  socket.setNoDelay()
  /** @type {Map<number, { resolve: (value: any) => void, reject: (error: Error) => void }>} */
  const waiting = new Map()
  createInterface({ input: socket }).on('line', (line) => {
    const { id, value, error } = JSON.parse(line)
    const caller = waiting.get(id)
    waiting.delete(id)
    if (error === undefined) caller?.resolve(value)
    else caller?.reject(new Error(`far end: ${error}`))
  })
  socket.on('error', () => {})
  socket.on('close', () => {
    for (const { reject } of waiting.values()) reject(new Error('the far end is gone'))
  })
  let next = 0
  return {
    /**
     * @param {import('./end.mjs').Request} request
     * @returns {Promise<any>}
     */
    call: (request) =>
      new Promise((resolve, reject) => {
        const id = next++
        waiting.set(id, { resolve, reject })
        socket.write(`${JSON.stringify({ id, request })}\n`)
      }),
    close: () => socket.end(),
  }
}

/**
 * @param {string} address
 * @param {number} port
 * @param {AbortSignal} signal
 * @returns {Promise<import('node:net').Socket>}
 */
async function reach(address, port, signal) {
  const deadline = performance.now() + PATIENCE_MS
  for (;;) {
    signal.throwIfAborted()
    const socket = connect(port, address)
    const isOpen = await new Promise((resolve) => {
      socket.once('connect', () => resolve(true))
      socket.once('error', () => resolve(false))
    })
    if (isOpen) return socket
    if (performance.now() > deadline)
      throw new Error(`the far end does not answer at ${address}:${port}`)
    await delay(RETRY_MS)
  }
}
