import { spawn } from 'node:child_process'
import { setTimeout as delay } from 'node:timers/promises'

/** A child that has been told to end gets so long before it is killed. */
const GRACE_MS = 3_000

/**
 * @typedef {object} Child
 * @property {number} pid
 * @property {() => string} stdout what it has printed so far
 * @property {() => string} stderr
 * @property {Promise<void>} ended rejects when it failed, ran out of time or was aborted
 * @property {() => Promise<void>} stop ends it by its own pid, for certain; never rejects
 */

/**
 * Starts a program that cannot outlive `timeoutMs`, nor the signal.
 * @param {string[]} commandLine
 * @param {{ timeoutMs: number, signal: AbortSignal }} limits
 * @returns {Child}
 */
export function startChild(commandLine, { timeoutMs, signal }) {
  const [command = '', ...args] = commandLine
  const process_ = spawn(command, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, LC_ALL: 'C' },
  })
  let stdout = ''
  let stderr = ''
  process_.stdout.setEncoding('utf8').on('data', (text) => (stdout += text))
  process_.stderr.setEncoding('utf8').on('data', (text) => (stderr += text))

  /** @type {Promise<{ code: number | null, killed: NodeJS.Signals | null, error: Error | null }>} */
  const closed = new Promise((resolve) => {
    process_.once('error', (error) => resolve({ code: null, killed: null, error }))
    process_.once('close', (code, killed) => resolve({ code, killed, error: null }))
  })

  /** @type {NodeJS.Timeout | undefined} */
  let killer
  const terminate = () => {
    process_.kill('SIGTERM')
    killer ??= setTimeout(() => process_.kill('SIGKILL'), GRACE_MS)
  }
  let late = false
  const watchdog = setTimeout(() => {
    late = true
    terminate()
  }, timeoutMs)
  signal.addEventListener('abort', terminate, { once: true })
  if (signal.aborted) terminate()

  const settled = closed.then((end) => {
    clearTimeout(watchdog)
    clearTimeout(killer)
    signal.removeEventListener('abort', terminate)
    return end
  })

  const ended = settled.then(({ code, killed, error }) => {
    const what = commandLine.join(' ')
    if (error !== null) throw new Error(`'${what}' did not start: ${error.message}`)
    if (late) throw new Error(`'${what}' had not ended after ${timeoutMs / 1000} s`)
    if (code !== 0)
      throw new Error(
        `'${what}' ended with ${killed ?? `exit ${code}`}: ${lastLine(stderr || stdout)}`,
      )
  })
  ended.catch(() => {}) // a server's end is of interest only to those who wait for it

  return {
    pid: process_.pid ?? 0,
    stdout: () => stdout,
    stderr: () => stderr,
    ended,
    stop: async () => {
      terminate()
      await settled
    },
  }
}

/**
 * Runs a program to its end and gives what it printed.
 * @param {string[]} commandLine
 * @param {{ timeoutMs: number, signal: AbortSignal }} limits
 * @returns {Promise<string>}
 */
export async function runChild(commandLine, limits) {
  const child = startChild(commandLine, limits)
  await child.ended
  return child.stdout()
}

/**
 * What a server says first, when it is ready.
 * @param {Child} child
 * @returns {Promise<string>}
 */
export async function firstLine(child) {
  let gone = false
  const ended = child.ended.finally(() => (gone = true))
  ended.catch(() => {})
  while (!child.stdout().includes('\n')) {
    if (gone) {
      await ended
      throw new Error('a server ended before it said anything')
    }
    await delay(5)
  }
  return child.stdout().split('\n')[0] ?? ''
}

/** @param {string} text */
const lastLine = (text) => text.trim().split('\n').at(-1)?.slice(0, 300) ?? ''
