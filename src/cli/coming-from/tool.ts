/** What stands behind a flag of another tool, and how it is read. */
export type Taken =
  | 'none'
  | 'text'
  | 'name'
  | 'host'
  | 'count'
  | 'seconds'
  | 'size'
  | 'bits'
  | 'tos'
  | 'cpus'

/** A flag of another tool. */
export interface ForeignFlag {
  readonly names: readonly string[]
  readonly value: Taken
  /** Of xrbench, with `N` where the value goes; `''`: it is so in any case; `null`: there is no equivalent. */
  readonly as: string | null
  /** What differs, or why there is none: a sentence that goes on after the flag. */
  readonly note?: string
}

/** Another tool: what its lines begin with, and what its flags are here. */
export interface Tool {
  readonly name: string
  readonly flags: readonly ForeignFlag[]
  /** Beginnings of its lines, and what they say; the empty one is that of a line that has none. */
  readonly commands: Readonly<Record<string, string>>
  /** The beginning that stands for its server. */
  readonly server: RegExp
  /** A word without a flag is the machine at the far end. */
  readonly hasHostWord?: boolean
  /** What is meant where no flag says another thing: of xrbench, by the flag that would say it. */
  readonly unsaid: readonly (readonly [flag: string, words: string])[]
  /** What no flag says and differs all the same. */
  readonly differs: readonly string[]
}

export const flag = (
  names: string,
  value: Taken,
  as: string | null,
  note?: string,
): ForeignFlag => ({
  names: names.split(', '),
  ...{ value, as },
  ...(note === undefined ? {} : { note }),
})
