import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import ts from 'typescript'

/** The network that the tests have, too: two ends and a router between them, in namespaces. */
const { FAR_ADDRESS, NarrowPath } = await fixture('../../src/cli/fixtures/narrow-path.ts')
export const FAR = FAR_ADDRESS

/** Fixtures are no part of the build. This one imports nothing but what Node.js has. */
function fixture(file) {
  const text = readFileSync(new URL(file, import.meta.url), 'utf8')
  const { target, module } = { target: ts.ScriptTarget.ES2023, module: ts.ModuleKind.ESNext }
  const { outputText } = ts.transpileModule(text, { compilerOptions: { target, module } })
  return import(`data:text/javascript,${encodeURIComponent(outputText)}`)
}

/** A router that sends with a token bucket of this rate both ways, and a queue of `limit`, between two ends that take Reno. */
export async function shapedLine(rate, limit) {
  const path = await NarrowPath.start()
  path.slowDown(`rate ${rate} burst 16k limit ${limit}`)
  path.takeReno()
  const [near, far] = [path.wrapper('near'), path.wrapper('far')]
  return { near, far, close: () => path.close() }
}

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
