import { MAX_DURATION_NS } from '../units.js'

/** What an option's value is, and between which limits; limits are included. Text, programs and peers are held to the same. */
export type Kind =
  | { readonly is: 'count'; readonly min: number; readonly max: number }
  /** `words`: texts that stand for a size. */
  | {
      readonly is: 'bytes'
      readonly min: number
      readonly max: number
      readonly words?: Readonly<Record<string, number>>
    }
  /** … MiB of memory. */
  | { readonly is: 'mebibytes'; readonly min: number; readonly max: number }
  /** Nanoseconds. `orZero`: 0 says that there is none, which only a program can. */
  | {
      readonly is: 'time'
      readonly min: number
      readonly max: number
      readonly orZero?: boolean
    }
  /** Bits per second, 1 to `MAX_RATE_BITS_PER_SEC`. */
  | { readonly is: 'rate' }
  | {
      readonly is: 'word'
      readonly noun: string
      readonly words: readonly string[]
      readonly code?: `XRB_${string}`
    }
  /** What has names of its own on each machine. */
  | {
      readonly is: 'name'
      readonly noun: string
      readonly pattern: RegExp
      readonly hint: string
    }
  /** Words of somebody else's, which are read where they are used: between so many characters. */
  | { readonly is: 'text'; readonly min: number; readonly max: number }
  | { readonly is: 'switch' }
  /** CPUs of both ends. */
  | { readonly is: 'pin' }

/** CPUs of the measuring threads: one for each end where there are enough, none, or what the user named. */
export type Pin =
  | 'auto'
  | 'none'
  | { readonly client: readonly number[]; readonly server: readonly number[] }

export type ValueOf<K extends Kind> = K extends {
  readonly is: 'word'
  readonly words: readonly (infer Word)[]
}
  ? Word
  : K extends { readonly is: 'name' | 'text' }
    ? string
    : K extends { readonly is: 'switch' }
      ? boolean
      : K extends { readonly is: 'pin' }
        ? Pin
        : number

/** Of what can be offered. */
export const MAX_RATE_BITS_PER_SEC = 1e15

export const count = (min: number, max: number) => ({ is: 'count', min, max }) as const
export const bytes = (min: number, max: number) => ({ is: 'bytes', min, max }) as const
export const mebibytes = (min: number, max: number) => ({ is: 'mebibytes', min, max }) as const
export const text = (min: number, max: number) => ({ is: 'text', min, max }) as const
export const time = (min: number, max = MAX_DURATION_NS) => ({ is: 'time', min, max }) as const
export const word = <const Words extends readonly string[]>(noun: string, words: Words) =>
  ({ is: 'word', noun, words }) as const
export const aSwitch = { is: 'switch' } as const
