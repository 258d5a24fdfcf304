import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import ts from 'typescript'

/** The network that the tests have, too: two ends and a router between them, in namespaces. */
const { FAR_ADDRESS, NarrowPath } = await fixture('../../src/cli/fixtures/narrow-path.ts')
const PORT = 28470

/** Fixtures are no part of the build. This one imports nothing but what Node.js has. */
function fixture(file) {
  const text = readFileSync(new URL(file, import.meta.url), 'utf8')
  const { target, module } = { target: ts.ScriptTarget.ES2023, module: ts.ModuleKind.ESNext }
  const { outputText } = ts.transpileModule(text, { compilerOptions: { target, module } })
  return import(`data:text/javascript,${encodeURIComponent(outputText)}`)
}

/**
 * A router that sends with a token bucket of this rate both ways, and a queue of `limit`, between two ends that take Reno; at the far one an agent.
 * @param {{ rate: string, limit: string, node: readonly string[], keyFile: string }} options `node`: what runs xrbench
 */
export async function shapedLine({ rate, limit, node, keyFile }) {
  const path = await NarrowPath.start()
  path.slowDown(`rate ${rate} burst 16k limit ${limit}`)
  path.takeReno()
  const [near, far] = [path.wrapper('near'), path.wrapper('far')]
  const [command, ...args] = [...far, ...node, 'serve', '--listen', `${FAR_ADDRESS}:${PORT}`]
  const agent = spawn(command, [...args, '-k', keyFile, '--json'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await createInterface({ input: agent.stdout })[Symbol.asyncIterator]().next()
  return {
    peer: `${FAR_ADDRESS}:${PORT}`,
    near,
    // Who is asked for the bytes that arrived, by direction.
    devices: {
      up: { wrapper: far, device: 'far', counts: 'received' },
      down: { wrapper: near, device: 'near', counts: 'received' },
    },
    close: async () => {
      const ended = once(agent, 'exit')
      agent.kill('SIGTERM')
      await ended
      await path.close()
    },
  }
}
