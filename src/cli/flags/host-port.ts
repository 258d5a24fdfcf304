import { isIP } from 'node:net'
import { usageError } from '../../errors.js'
import { DEFAULT_PORT } from '../../session/wire/protocol.js'

/** `host`, `host:port`, `1.2.3.4:port`, `::1` or `[::1]:port`. */
export function parseHostPort(
  text: string,
  label: string,
  defaultPort = DEFAULT_PORT,
): { host: string; port: number } {
  const match =
    isIP(text) === 6 ? ['', text] : /^(?:\[([^\]]+)\]|([^:[\]\s]+))(?::(\d{1,5}))?$/.exec(text)
  const host = match?.[1] ?? match?.[2] ?? ''
  const port = Number(match?.[3] ?? defaultPort)
  if (host !== '' && port >= 1 && port <= 65_535) return { host, port }
  throw usageError(
    'XRB_BAD_PEER',
    `${label}: '${text}' is not an address of an agent.`,
    'HOST, HOST:PORT or [IPV6]:PORT',
  )
}
