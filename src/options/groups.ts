import { MEASURE } from './measure.js'
import type { Group, Heading, Option } from './option.js'
import { QUIC } from './quic.js'
import { RDMA } from './rdma.js'
import { SOCKET } from './socket.js'
import { TLS } from './tls.js'

/** The members of a request that have options of their own, in the order in which they are read and explained. */
export const GROUPS = { socket: SOCKET, rdma: RDMA, tls: TLS, quic: QUIC } as const
export type GroupName = keyof typeof GROUPS
const HEADING_OF: Readonly<Record<GroupName, Heading>> = {
  ...{ socket: 'Sockets and CPUs:', rdma: 'RDMA:' },
  ...{ tls: 'TLS and QUIC:', quic: 'TLS and QUIC:' },
}

/** An option and where it is. */
export interface Entry {
  /** Of a request: `durationNs`, `socket.dscp`. */
  readonly path: string
  /** Of a case's parameters. */
  readonly casePath: string
  /** `duration`, `no-gso`, without its hyphens. */
  readonly flag: string
  /** As the command line calls it: `duration`, `dscp`. */
  readonly attribute: string
  readonly option: Option
  readonly heading: Heading | undefined
}

/** All options of a run. */
export const ENTRIES: readonly Entry[] = [
  ...entriesOf(MEASURE, '', 'What to measure:'),
  ...Object.entries(GROUPS).flatMap(([name, group]) =>
    entriesOf(group, `${name}.`, HEADING_OF[name as GroupName]),
  ),
]

/** @param before what stands before the name of a member in a path */
export function entriesOf(group: Group, before = '', heading?: Heading): Entry[] {
  return Object.entries(group).map(([member, option]) => ({
    heading: option.heading ?? heading,
    path: before + member,
    casePath: before + (option.each ?? member),
    flag: flagOf(option),
    attribute: attributeOf(option),
    option,
  }))
}

function flagOf({ flag }: Option): string {
  const [, name = ''] = /--([a-z-]+)/.exec(flag) ?? []
  return name
}

/** `-s, --size <list>`: `size`; `--no-gso`: `gso`. */
function attributeOf(option: Option): string {
  return flagOf(option)
    .replace(/^no-/, '')
    .replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())
}

/** What stands at the path of an entry, as `socket.dscp`, in a request or in a case's parameters; `undefined`: nothing. */
export function valueAt(from: object, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>(
      (value, key) => (value as Record<string, unknown> | null | undefined)?.[key],
      from,
    )
}
