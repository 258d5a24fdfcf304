import { randomUUID } from 'node:crypto'
import { readFileSync, readlinkSync } from 'node:fs'
import { uptime } from 'node:os'
import { hrtime } from 'node:process'

/** What one end's clock says. */
export interface ClockReading {
  /** CLOCK_MONOTONIC, nanoseconds. */
  nowNs: number
  /** Two ends with the same one read the same clock. */
  clockId: string
}

/** How the other end's clock stands to this one. */
export interface ClockOffset {
  /** Theirs minus ours, nanoseconds. */
  offsetNs: number
  /** By how much that may be off: half the round trip of the quickest exchange; 0 for the same clock. */
  skewNs: number
  /** Round trip of the quickest exchange. */
  roundTripNs: number
}

/** Exchanges with a clock of another machine: the quickest is the one that waited nowhere. */
const EXCHANGES = 8

export function nowNs(): number {
  return Number(hrtime.bigint())
}

let ownClockId: string | undefined

export function readClock(): ClockReading {
  ownClockId ??= clockId()
  return { nowNs: nowNs(), clockId: ownClockId }
}

/** A boot of a kernel has one monotonic clock, which a time namespace may shift (time_namespaces(7)). */
function clockId(): string {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
    return `${boot}/${readlinkSync('/proc/self/ns/time')}`
  } catch {
    // Nobody else has this one.
    return randomUUID()
  }
}

/** Compares this end's clock with one that `ask` reads. */
export async function compareClocks(ask: () => Promise<ClockReading>): Promise<ClockOffset> {
  let best: ClockOffset | null = null
  for (let i = 0; i < EXCHANGES; i++) {
    const before = nowNs()
    const theirs = await ask()
    const roundTripNs = nowNs() - before
    // Machines that were restored from one snapshot have the same boot, and a clock each.
    const isWithin = theirs.nowNs >= before && theirs.nowNs <= before + roundTripNs
    if (isWithin && theirs.clockId === readClock().clockId)
      return { offsetNs: 0, skewNs: 0, roundTripNs }
    if (best !== null && roundTripNs >= best.roundTripNs) continue
    const offsetNs = theirs.nowNs - (before + roundTripNs / 2)
    best = { offsetNs, skewNs: roundTripNs / 2, roundTripNs }
  }
  return best as ClockOffset
}

/** By how much two instants that were named to be the same may differ, nanoseconds, after clocks were compared before and behind them. */
export function skewBetween(before: ClockOffset, after: ClockOffset): number {
  const drift = Math.abs(after.offsetNs - before.offsetNs)
  return Math.max(before.skewNs, after.skewNs) + drift
}

/** No two clocks of machines that run drift apart faster, of the time that goes by: ten times what a crystal may. */
const MOST_DRIFT = 500e-6

/**
 * By how much one of two clocks stood still or jumped between two comparisons that were `elapsedNs` apart, beyond what the comparisons may be off and clocks
 * may drift, nanoseconds: a machine that was suspended, or paused by its host.
 */
export function jumpBetween(before: ClockOffset, after: ClockOffset, elapsedNs: number): number {
  const explained = before.skewNs + after.skewNs + MOST_DRIFT * elapsedNs
  return Math.max(0, Math.abs(after.offsetNs - before.offsetNs) - explained)
}

/** How long a machine has slept since it booted, nanoseconds, up to a constant, and by how much that may be off. */
interface Sleep {
  ns: number
  unsureNs: number
}

/** What time since boot is counted in, uptime of proc(5). */
const UPTIME_STEP_NS = 10e6

/**
 * By how much this machine's time since boot is ahead of its CLOCK_MONOTONIC: it grows by what the machine sleeps. Of several looks at both the quickest, for
 * this process may have to wait for a CPU between them.
 */
export function sleepSoFar(): Sleep {
  let best: Sleep | null = null
  for (let i = 0; i < EXCHANGES; i++) {
    const before = nowNs()
    const bootNs = uptime() * 1e9
    const tookNs = nowNs() - before
    const unsureNs = tookNs / 2 + UPTIME_STEP_NS
    if (best === null || unsureNs < best.unsureNs)
      best = { ns: bootNs - (before + tookNs / 2), unsureNs }
  }
  return best as Sleep
}

/** For how long it slept between two looks, at least. */
export function sleptBetween(before: Sleep, after: Sleep): number {
  return Math.max(0, after.ns - before.ns - before.unsureNs - after.unsureNs)
}
