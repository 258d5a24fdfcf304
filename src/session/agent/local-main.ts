/**
 * The agent of a run whose two ends are on this machine. The first line of its input says where to listen; in one line it says where it does, or
 * why it cannot. It ends with its session, and with its input: so it does not outlive whoever started it.
 */
import { loadAddon } from '../../addon/load.js'
import { deferred } from '../../deferred.js'
import { XrbenchError } from '../../errors.js'
import { type AgentStart, openOwnAgent } from './own.js'

const started = deferred<string>()
const ended = deferred<void>()

function say(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`)
}

function listenToInput(): void {
  let text = ''
  process.stdin.setEncoding('utf8').on('data', (more: string) => {
    text += more
    const end = text.indexOf('\n')
    if (end >= 0) started.resolve(text.slice(0, end))
  })
  for (const event of ['end', 'close', 'error']) process.stdin.on(event, () => ended.resolve())
}

async function serve(line: string): Promise<void> {
  // It is going to hold the key.
  loadAddon().makeMemoryPrivate()
  const agent = await openOwnAgent(JSON.parse(line) as AgentStart, (event) => {
    if (event.type === 'session-closed' && event.admitted) ended.resolve()
  })
  say({ host: agent.host, port: agent.port })
  await ended.promise
  await agent.close()
}

// A second one ends it at once.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => ended.resolve())
// Nobody reads any more: the end of the input says so as well.
process.stdout.on('error', () => {})
listenToInput()
try {
  const line = await Promise.race([started.promise, ended.promise])
  if (line !== undefined) await serve(line)
} catch (error) {
  // What nobody foresaw is told by Node.js.
  if (!(error instanceof XrbenchError)) throw error
  const { code, exitCode, message, hint = null } = error
  say({ error: { code, message, hint } })
  process.exitCode = exitCode
}
process.exit()
