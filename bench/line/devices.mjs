import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

/** Bytes that the device of an end has received, as its kernel counts them, every few milliseconds until `stop`. */
export function watchDevice(wrapper, device) {
  const source = `
    const { readFileSync } = require('node:fs')
    setInterval(() => {
      const line = readFileSync('/proc/self/net/dev', 'utf8').split('\\n').find((l) => l.trim().startsWith('${device}:'))
      console.log(process.hrtime.bigint() + ' ' + line.split(':')[1].trim().split(/ +/)[0])
    }, 20)`
  const [command, ...args] = wrapper
  const child = spawn(command, [...args, process.execPath, '-e', source], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const samples = []
  createInterface({ input: child.stdout }).on('line', (line) => {
    const [ns, bytes] = line.split(' ').map(Number)
    samples.push({ ns, bytes })
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

/** Most bytes that came in any stretch of `lengthNs`. */
export function mostWithin(samples, lengthNs) {
  let most = 0
  for (let from = 0, to = 0; to < samples.length; to++) {
    while (samples[to].ns - samples[from + 1]?.ns >= lengthNs) from++
    most = Math.max(most, samples[to].bytes - samples[from].bytes)
  }
  return most
}
