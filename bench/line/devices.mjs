import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'

/** Of a line of /proc/net/dev, behind the name of the device. */
const COLUMN = { received: 0, sent: 8 }

/**
 * Bytes that a device has received or sent, as its kernel counts them, every few milliseconds until `stop`: `ms` of the wall clock, as results have it.
 * @param {{ wrapper: readonly string[], device: string, counts: 'received' | 'sent' }} where `wrapper`: empty, of this process's own network
 */
export function watchDevice({ wrapper, device, counts }) {
  return wrapper.length === 0 ? watchHere(device, counts) : watchThere(wrapper, device, counts)
}

/** An emulated CPU has none to spare for another process. */
function watchHere(device, counts) {
  const samples = []
  const take = () => {
    const lines = readFileSync('/proc/net/dev', 'utf8').split('\n')
    const line = lines.find((one) => one.trim().startsWith(`${device}:`)) ?? ''
    samples.push({
      ms: Date.now(),
      bytes: Number(line.split(':')[1].trim().split(/ +/)[COLUMN[counts]]),
    })
  }
  const timer = setInterval(take, 100)
  return {
    samples,
    stop: async () => {
      clearInterval(timer)
      take()
    },
  }
}

function watchThere(wrapper, device, counts) {
  const source = `
    const { readFileSync } = require('node:fs')
    setInterval(() => {
      const line = readFileSync('/proc/self/net/dev', 'utf8').split('\\n').find((l) => l.trim().startsWith('${device}:'))
      console.log(Date.now() + ' ' + line.split(':')[1].trim().split(/ +/)[${COLUMN[counts]}])
    }, 20)`
  const [command, ...args] = wrapper
  const child = spawn(command, [...args, process.execPath, '-e', source], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const samples = []
  createInterface({ input: child.stdout }).on('line', (line) => {
    const [ms, bytes] = line.split(' ').map(Number)
    samples.push({ ms, bytes })
  })
  return {
    samples,
    stop: async () => {
      const ended = once(child, 'exit')
      child.kill()
      await ended
    },
  }
}

/** Most bytes that a device counted in any stretch of so long. */
export function mostWithin(samples, lengthMs) {
  let most = 0
  for (let from = 0, to = 0; to < samples.length; to++) {
    while (samples[to].ms - samples[from + 1]?.ms >= lengthMs) from++
    most = Math.max(most, samples[to].bytes - samples[from].bytes)
  }
  return most
}

/** Bytes that a device counted between two instants, each step at an even rate; `null`: it was not watched all the while. */
export function bytesBetween(samples, fromMs, toMs) {
  const [first, last] = [samples[0], samples.at(-1)]
  if (first === undefined || first.ms > fromMs || last.ms < toMs) return null
  return bytesAt(samples, toMs) - bytesAt(samples, fromMs)
}

function bytesAt(samples, ms) {
  const i = samples.findIndex((sample) => sample.ms >= ms)
  const [before, after] = [samples[Math.max(0, i - 1)], samples[i]]
  const part = after.ms === before.ms ? 1 : (ms - before.ms) / (after.ms - before.ms)
  return before.bytes + (after.bytes - before.bytes) * part
}

/** When a device had counted so many bytes more than at an instant; `null`: never. */
export function reached(samples, fromMs, bytes) {
  const start = samples.find((sample) => sample.ms >= fromMs)
  return samples.find((one) => one.ms >= fromMs && one.bytes - start.bytes >= bytes)?.ms ?? null
}
