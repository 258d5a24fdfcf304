import { usageError } from '../../errors.js'
import type { Pin } from '../../options/kind.js'

/** `auto`, `none`, or `CLIENT:SERVER` with CPUs as `3`, `0,2` or `0-3`. */
export function parsePin(text: string, label: string): Pin {
  if (text === 'auto' || text === 'none') return text
  const [client, server, ...rest] = text.split(':').map(parseCpus)
  if (!client || !server || rest.length > 0) {
    throw usageError(
      'XRB_BAD_PIN',
      `${label}: '${text}' is neither auto, none nor CLIENT:SERVER.`,
      '--pin 3:2 puts the client on CPU 3 and the server on CPU 2',
    )
  }
  return Object.freeze({ client: Object.freeze(client), server: Object.freeze(server) })
}

function parseCpus(text: string): number[] | null {
  const cpus: number[] = []
  for (const part of text.split(',')) {
    const match = /^(\d{1,4})(?:-(\d{1,4}))?$/.exec(part)
    if (match === null) return null
    const first = Number(match[1])
    const last = Number(match[2] ?? match[1])
    if (last < first) return null
    for (let cpu = first; cpu <= last; cpu++) cpus.push(cpu)
  }
  return new Set(cpus).size === cpus.length && cpus.length <= 64 ? cpus : null
}
