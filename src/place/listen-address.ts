import { isIP } from 'node:net'
import { usageError } from '../errors.js'
import { refuseUnkeyed } from '../session/wire/addresses.js'

const KEY_HINT = 'xrbench keygen xrbench.key; give both ends --key-file xrbench.key'

interface ListenAddress {
  /** Numeric. */
  host: string
  /** 0 = the kernel's choice. */
  port: number
}

/**
 * `127.0.0.1`, `127.0.0.1:28470`, `[::1]:28470`, `::1`, `localhost`, `:28470`; with a key of the user's also addresses that other machines can reach.
 * @throws {XrbenchError} `XRB_BAD_ADDRESS` (exit 2); `XRB_LISTEN` (exit 2) when other machines could connect and `hasKey` is false
 */
export function parseListenAddress(
  text: string,
  label: string,
  defaultPort: number,
  hasKey = false,
): ListenAddress {
  const found = parseNumericAddress(text, label, defaultPort)
  refuseUnkeyed(found.host, hasKey, label, KEY_HINT)
  return found
}

/**
 * As {@link parseListenAddress}, whoever can reach the address.
 * @throws {XrbenchError} `XRB_BAD_ADDRESS` (exit 2)
 */
export function parseNumericAddress(
  text: string,
  label: string,
  defaultPort: number,
): ListenAddress {
  const { host, port } = split(text) ?? { host: '', port: '' }
  const numeric = host === 'localhost' || host === '' ? '127.0.0.1' : host
  const number = port === undefined ? defaultPort : Number(port)
  if (isIP(numeric) === 0 || !/^\d{1,5}$/.test(port ?? '0') || number > 65_535) {
    throw usageError(
      'XRB_BAD_ADDRESS',
      `${label}: '${text}' is not a numeric address with or without a port.`,
      `${label} 127.0.0.1:${defaultPort}, or ${label} '[::1]:${defaultPort}'`,
    )
  }
  return { host: numeric, port: number }
}

function split(text: string): { host: string; port: string | undefined } | null {
  const bracketed = /^\[([^\]]*)\](?::(.*))?$/.exec(text)
  if (bracketed !== null) return { host: bracketed[1] ?? '', port: bracketed[2] }
  if (isIP(text) === 6) return { host: text, port: undefined }
  const plain = /^([^:]*)(?::(.*))?$/.exec(text)
  return plain === null || text === '' ? null : { host: plain[1] ?? '', port: plain[2] }
}
