import { EndpointProcess } from '../../../dist/session/endpoint/process.js'
import { startChild } from '../child.mjs'
import { waitUntilBound } from '../place.mjs'
import { summaryOf } from './summary.mjs'

const START_TIMEOUT_MS = 10_000
/** A server that is through has so long to print and to leave. */
const LEAVE_TIMEOUT_MS = 5_000
const CONNECT_MS = 10_000

/** Nothing that is measured is JavaScript, and an emulated CPU pays dearly for code that is made at run time. */
const WRAPPER = process.execArgv.includes('--jitless')
  ? ['/bin/sh', '-c', 'exec "$0" --jitless --no-expose-wasm "$@"']
  : []

/**
 * One end of what is compared, on the machine it runs on: a program that serves, or an endpoint of xrbench in a process of its own.
 * Each request is plain data and has plain data for an answer, so that the end may be another machine's.
 *
 * @typedef {{ do: 'serve', commandLine: string[], port: number, timeoutMs: number }
 *   | { do: 'reap' }
 *   | { do: 'open', spec: import('../../../src/addon/addon.js').EndpointSpec }
 *   | { do: 'connect', blob: string }
 *   | { do: 'run' }
 *   | { do: 'measured' }
 *   | { do: 'finish' }
 *   | { do: 'abandon' }} Request
 */
export class End {
  /** @type {EndpointProcess | undefined} */
  #endpoint
  /** @type {Promise<unknown> | undefined} */
  #measured
  /** @type {import('../child.mjs').Child | undefined} */
  #server
  #signal

  /** @param {AbortSignal} signal */
  constructor(signal) {
    this.#signal = signal
  }

  /**
   * @param {Request} request
   * @returns {Promise<any>}
   */
  async call(request) {
    switch (request.do) {
      case 'serve':
        return this.#serve(request)
      case 'reap':
        return this.#reap()
      case 'open': {
        const endpoint = new EndpointProcess(WRAPPER)
        this.#endpoint = endpoint
        this.#measured = new Promise((resolve) => endpoint.onMeasured(resolve))
        return Buffer.from(await endpoint.open(request.spec)).toString('base64')
      }
      case 'connect':
        return this.#need().connect(Buffer.from(request.blob, 'base64'), CONNECT_MS)
      case 'run':
        return this.#need().run({ isDirected: false })
      case 'measured': {
        await Promise.race([this.#measured, this.#need().ended])
        return
      }
      case 'finish': {
        const end = await this.#need().finish()
        await this.#need().close()
        this.#endpoint = undefined
        return summaryOf(end)
      }
      case 'abandon': {
        await Promise.all([this.#endpoint?.kill(), this.#server?.stop()])
        this.#endpoint = undefined
        this.#server = undefined
        return
      }
    }
  }

  /** @param {Extract<Request, { do: 'serve' }>} request */
  async #serve({ commandLine, port, timeoutMs }) {
    this.#server = startChild(commandLine, { timeoutMs, signal: this.#signal })
    await waitUntilBound('tcp', port, this.#server, START_TIMEOUT_MS)
  }

  /** What the server printed until its end. */
  async #reap() {
    const server = this.#server
    if (server === undefined) throw new Error('no server was started')
    this.#server = undefined
    const late = setTimeout(() => server.stop(), LEAVE_TIMEOUT_MS)
    await server.ended.finally(() => clearTimeout(late))
    return server.stdout()
  }

  #need() {
    if (this.#endpoint === undefined) throw new Error('the endpoint is not open')
    return this.#endpoint
  }
}
