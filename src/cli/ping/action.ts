import { pingPeer } from '../../run/ping.js'
import { toolFacts } from '../../tool-facts.js'
import { parseHostPort } from '../flags/host-port.js'
import { print } from '../terminal/output.js'
import { waitingWords } from '../terminal/waiting.js'

interface PingFlags {
  keyFile: string
  ipv4?: true | undefined
  ipv6?: true | undefined
  json?: true | undefined
}

/** Prints what an agent says of itself. An agent that is not there, or not for this key, is an error as in `run`. */
export async function pingAction(peer: string, flags: PingFlags): Promise<void> {
  const { host, port } = parseHostPort(peer, 'HOST')
  const family = flags.ipv6 ? 6 : flags.ipv4 ? 4 : 0
  const target = { host, port, key: { file: flags.keyFile } }
  const { address, facts, known, unknown, line } = await pingPeer(target, family)
  const { version } = facts.tool
  const own = toolFacts().version
  const isSameVersion = version === own
  if (flags.json) {
    const turn = line && { isFree: line.place === 0, ...line }
    const { tool, protocol, transports, features } = facts
    const document = {
      ...{ schema: 'xrbench.ping/1', address, port, tool, isSameVersion, protocol },
      ...{ transports, features, turn },
    }
    return print(`${JSON.stringify(document, null, 2)}\n`)
  }
  const versions = isSameVersion ? 'as here' : `here ${own}: what both know can be measured`
  await print(
    [
      `agent       ${address}, port ${port}`,
      `version     ${version}, ${versions}`,
      `transports  ${transportWords(known, unknown)}`,
      `turn        ${turnWords(line)}`,
      '',
    ].join('\n'),
  )
}

/** By names of ours: what an agent calls its own may be any text. */
function transportWords(known: readonly string[], others: number): string {
  const rest = others > 0 ? [`${others} that this version does not know`] : []
  return [...known, ...rest].join(', ')
}

function turnWords(line: { place: number; aboutMs: number | null } | null): string {
  if (line === null) return 'at once (it does not know of others)'
  return line.place === 0 ? 'at once' : `others measure: ${waitingWords(line.place, line.aboutMs)}`
}
