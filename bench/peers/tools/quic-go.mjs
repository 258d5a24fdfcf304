import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { runChild } from '../child.mjs'
import { perfProgram } from './perf.mjs'

const SOURCES = ['main.go', 'measure.go'].map((name) => `scripts/interop/quic-go/${name}`)
const PROGRAM = 'build/bench/quic-go-perf'
/** Where Debian's Go packages lie. */
const GO_PATH = '/usr/share/gocode'

export const runQuicGo = perfProgram([PROGRAM])

/**
 * @param {AbortSignal} signal
 * @returns {Promise<string | null>} why it cannot be had here
 */
export async function prepareQuicGo(signal) {
  if (!existsSync(`${GO_PATH}/src/github.com/lucas-clemente/quic-go`))
    return 'quic-go is missing: apt-get install -y golang-go golang-github-lucas-clemente-quic-go-dev'
  const environment = [
    ...['GO111MODULE=off', `GOPATH=${GO_PATH}`, `GOCACHE=${resolve('build/bench/go-cache')}`],
  ]
  try {
    const build = ['env', ...environment, 'go', 'build', '-o', PROGRAM, ...SOURCES]
    await runChild(build, { timeoutMs: 180_000, signal })
    return null
  } catch (error) {
    signal.throwIfAborted()
    return `quic-go cannot be compiled: ${/** @type {Error} */ (error).message}`
  }
}
