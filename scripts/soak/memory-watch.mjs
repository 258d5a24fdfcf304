import { readFileSync } from 'node:fs'

const LOOKS_EVERY_MS = 1_000
/** A process that was there for a shorter time has had none to grow in. */
const FEWEST_LOOKS = 8

/** Looks once a second how large the processes are that measure, children of these. */
export class MemoryWatch {
  /** Sizes of each, in the order they were seen. */
  #seen = new Map()
  #timer

  constructor(parents) {
    this.#timer = setInterval(() => {
      for (const pid of parents.flatMap(measuringFor)) {
        const kb = memoryKb(pid)
        if (kb > 0) this.#seen.set(pid, [...(this.#seen.get(pid) ?? []), kb])
      }
    }, LOOKS_EVERY_MS)
  }

  stop() {
    clearInterval(this.#timer)
  }

  /** How many were there for long enough. */
  get processes() {
    return this.#long.length
  }

  get mostKb() {
    return Math.max(0, ...this.#long.flat())
  }

  /** Of the one that has grown most: by how much, from when a quarter of its time was over. */
  get grownKb() {
    const growths = this.#long.map((sizes) => sizes.at(-1) - sizes[Math.ceil(sizes.length / 4)])
    return Math.max(0, ...growths)
  }

  get #long() {
    return [...this.#seen.values()].filter((sizes) => sizes.length >= FEWEST_LOOKS)
  }
}

/** Resident memory of a process; 0: it is gone. */
export function memoryKb(pid) {
  return Number(/^VmRSS:\s+(\d+)/m.exec(read(`/proc/${pid}/status`))?.[1] ?? 0)
}

function measuringFor(parent) {
  const children = read(`/proc/${parent}/task/${parent}/children`).trim().split(' ')
  return children.filter((pid) => pid && read(`/proc/${pid}/cmdline`).includes('endpoint/main.js'))
}

function read(path) {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
