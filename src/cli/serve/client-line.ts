import { isIPv4 } from 'node:net'
import { hostname, type NetworkInterfaceInfo, networkInterfaces } from 'node:os'
import { basename } from 'node:path'
import { hostAndPort } from '../../host-port.js'
import { DEFAULT_PORT } from '../../session/wire/protocol.js'
import { quoted } from '../terminal/quoted.js'

/** The command of the other side, which has a copy of the key file. */
export function clientLine(listen: { host: string; port: number }, keyFile: string): string {
  const file = keyFile === '-' ? 'xrbench.key' : basename(keyFile)
  return `xrbench run --peer ${reachedAs(listen)} --key-file ${quoted(file)}`
}

/** What another machine may call this one that listens there: of several addresses the first that leads beyond this machine. */
export function reachedAs(
  { host, port }: { host: string; port: number },
  interfaces: NodeJS.Dict<NetworkInterfaceInfo[]> = networkInterfaces(),
): string {
  const name = host === '0.0.0.0' || host === '::' ? addressOf(host, interfaces) : host
  return port === DEFAULT_PORT ? name : hostAndPort(name, port)
}

function addressOf(host: string, interfaces: NodeJS.Dict<NetworkInterfaceInfo[]>): string {
  const all = Object.values(interfaces).flatMap((one) => one ?? [])
  const beyond = all.filter(({ internal, address }) => !internal && !/^fe80:/i.test(address))
  const addresses = beyond.map(({ address }) => address)
  // A listener at :: takes both.
  const first = addresses.find(isIPv4) ?? (host === '::' ? addresses[0] : undefined)
  return first ?? hostname()
}
