import type { TransportName } from '../plan/transports.js'
import type { Kind, ValueOf } from './kind.js'
import type { WorkloadName } from './workloads.js'

/** What of a case decides whether an option means something to it, and what stands where nobody gave one. */
export interface Circumstances {
  readonly transport: TransportName
  readonly workload: WorkloadName
  readonly messageSizeBytes: number
  /** `null`: a transport that has no choice. */
  readonly messages: 'stream' | 'stream-each' | 'datagram' | null
  readonly queuePair: 'rc' | 'uc' | 'ud' | null
  readonly udpPayloadBytes: number | null
  /** Warm-up and measured phase at most; where messages decide, no limit. */
  readonly lastsNs: number
}

/** `otherwise` of an option that a case has no member for where it means nothing: that of one transport. */
export const LEFT_OUT = Object.freeze({ isLeftOut: true } as const)

/** Cases that an option is for: in words ("it needs …"), as a test, and what to try where none is measured. */
export interface Use {
  readonly needs: string
  /** @param value what the case has of the option; `undefined` where that is not known yet */
  readonly holds: (c: Circumstances, value?: unknown) => boolean
  readonly hint: string
}

/**
 * How a comparison holds an option where two results differ in it. `question`: something else was asked, which leaves it without a meaning;
 * `transport`: it is told, but as what is meant to differ across transports; `note`: it is told; `none`: no figure depends on it, it has another name on
 * each machine, or another fact says it in words of its own.
 */
export type Held = 'question' | 'transport' | 'note' | 'none'

/** Of `--help`, in this order. */
export const HEADINGS = [
  'What to measure:',
  'For how long:',
  'Sockets and CPUs:',
  'RDMA:',
  'TLS and QUIC:',
] as const
export type Heading = (typeof HEADINGS)[number]

/** `with its own`: behind the options that only its transport has; `last`: of the whole name. */
export type PlaceInKey = 'with its own' | 'last'

/**
 * All that there is to know of an option of a run. Flag and `XRBENCH_*` variable, help, limits, defaults, the member of a request, the frame to an
 * agent, the schema, the part of a case's name, how a comparison holds it, and the refusal where it would change nothing come from here; the member of the table is the one of a
 * request, whose documentation is its comment.
 *
 * `D`: the default's type; `E`: the case's own name, of an option that multiplies cases; `F`: of what `fill` gives; `N`: of `otherwise`.
 */
export interface Option<
  K extends Kind = Kind,
  D = unknown,
  E extends string | undefined = string | undefined,
  F = unknown,
  N = unknown,
> {
  /** As commander takes it. */
  readonly flag: string
  readonly kind: K
  /** Of a request; `null`: `fill`, or else the kernel or the addon decides. */
  readonly default: D
  /** … in the lab. */
  readonly inLab?: D
  /** What it is, in `--help`. */
  readonly help: string
  /** … and in the schema, where a file says it with other words. */
  readonly means?: string
  /** The default in words. */
  readonly byDefault?: string
  /** Under which `--help` has it, where that is not its group's. */
  readonly heading?: Heading
  /** A request has a list of it, a case one, by this name. A switch that multiplies stands for both. */
  readonly each?: E
  /** All of them have to hold; of an `each`, before its own value is known. */
  readonly of?: readonly Use[]
  /** Cases to which it would change nothing without these: refused as well, where it was given for this run. */
  readonly takesEffectIn?: readonly Use[]
  /** Of an `each`: words that not every case it is for can have, and which can. */
  readonly only?: Readonly<Record<string, Use>>
  /** In a case that it is not for; {@link LEFT_OUT}: none. Not said: stays as it was asked for. */
  readonly otherwise?: N
  /** In a case that it is for, where a request says `null`. */
  readonly fill?: (c: Circumstances) => F
  /** What the name of a case says of it, where it does not stand at its default. Left out: no figure depends on it, or it differs between machines. */
  key?(value: ValueOf<K>): string
  /** … also at its default. */
  readonly isAlwaysInKey?: boolean
  /** Where in the name. Not said: with its group, in the order of the table. */
  readonly placeInKey?: PlaceInKey
  /** Not said: `note`, and of an option that has a group `transport`. */
  readonly held?: Held
  /** What it means that a result of an older version has no such member. */
  readonly absent?: ValueOf<K> | null
  /**
   * Told to the far end only where it differs from `absent`: agents of before do not know it (`told`, known.ts), which is seen from the features they announce
   * (features.ts). Where a workload or a transport came with it, whoever announces that knows it.
   */
  readonly isNewOnWire?: boolean | 'with its workload' | 'with its transport'
  /** … and words of it that came after it. */
  readonly newWords?: readonly ValueOf<K>[]
  /** What an agent of before cannot do, by the option's flag or one of its words, where these do not say it. */
  readonly called?: Readonly<Record<string, string>>
}

/** An entry of the table, its types kept. */
export function option<
  const K extends Kind,
  D extends ValueOf<K> | null | readonly ValueOf<K>[],
  const E extends string | undefined = undefined,
  F = undefined,
  const N = undefined,
>(entry: Option<K, D, E, F, N>): Option<K, D, E, F, N> {
  return entry
}

/** Options that a request has in one member, or at its top. */
// biome-ignore lint/suspicious/noExplicitAny: of each its own types, which the maps below take apart
export type Group = Readonly<Record<string, Option<any, any, any, any, any>>>

type AskedValue<O> =
  O extends Option<infer K, infer D, infer E, infer _F, infer _N>
    ? E extends string
      ? readonly ValueOf<K>[]
      : ValueOf<K> | Extract<D, null>
    : never

type FilledValue<O> =
  O extends Option<infer _K, infer D, infer _E, infer _F, infer _N>
    ? AskedValue<O> | Extract<D, null>
    : never

type CaseValue<O> =
  O extends Option<infer K, infer D, infer E, infer F, infer N>
    ? E extends string
      ? ValueOf<K>
      : ([F] extends [undefined] ? ValueOf<K> | Extract<D, null> : F) | Extract<N, null>
    : never

/** As a program asks: all may be left out. */
export type Asked<G extends Group> = {
  readonly [M in keyof G]?: AskedValue<G[M]> | undefined
}

/** With defaults. */
export type Filled<G extends Group> = {
  readonly [M in keyof G]: FilledValue<G[M]>
}

/** Of one case: what multiplies has one value each, and what is left out elsewhere may be missing. */
export type OfCase<G extends Group> = {
  [M in keyof G as MayBeLeftOut<G[M]> extends true ? never : NameInCase<G[M], M>]: CaseValue<G[M]>
} & {
  [M in keyof G as MayBeLeftOut<G[M]> extends true ? NameInCase<G[M], M> : never]?:
    | CaseValue<G[M]>
    | undefined
}

type NameInCase<O, M> =
  O extends Option<infer _K, infer _D, infer E, infer _F, infer _N> ? (E extends string ? E : M) : M

type MayBeLeftOut<O> =
  O extends Option<infer _K, infer _D, infer _E, infer _F, infer N>
    ? [N] extends [typeof LEFT_OUT]
      ? true
      : false
    : false
