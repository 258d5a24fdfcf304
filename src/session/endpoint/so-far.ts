import { hrtime } from 'node:process'
import type { Standing } from '../../addon/addon.js'
import type { SoFar } from '../../results/repetition/report.js'

/** How far an end is in its measured phase, from numbers that its links show anyway. */
export class Advance {
  readonly #read: () => Standing
  #begin: NodeJS.Timeout | undefined
  #first: Reading | null = null

  constructor(read: () => Standing) {
    this.#read = read
  }

  /** A measured phase is named, which begins at `startNs` of CLOCK_MONOTONIC. */
  schedule(startNs: number): void {
    clearTimeout(this.#begin)
    this.#first = null
    const aheadMs = (startNs - Number(hrtime.bigint())) / 1e6
    this.#begin = setTimeout(() => this.#look(), Math.max(0, aheadMs))
  }

  /** Since the first look at the measured phase; `null` outside of it, and where no link decides. */
  read(): SoFar | null {
    const now = this.#look()
    const first = this.#first
    if (now === null || first === null || now === first) return null
    return {
      durationNs: now.atNs - first.atNs,
      messages: now.messages - first.messages,
      bytes: now.bytes - first.bytes,
      // A gap that closes takes its loss back.
      lost: Math.max(0, now.lost - first.lost),
    }
  }

  stop(): void {
    clearTimeout(this.#begin)
  }

  #look(): Reading | null {
    const { phase, messages, bytes, lost } = this.#read()
    if (phase !== 'measure') return null
    const reading = { atNs: Number(hrtime.bigint()), messages, bytes, lost }
    this.#first ??= reading
    return reading
  }
}

interface Reading {
  atNs: number
  messages: number
  bytes: number
  lost: number
}
