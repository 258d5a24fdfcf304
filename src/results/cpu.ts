import type { LinkOutcome } from '../addon/addon.js'
import type { EndReport } from '../session/types.js'
import type { MeasuredLink } from './measured-links.js'
import type { Cpu } from './schema-measures.js'
import type { Window } from './window.js'

/** What the measuring threads of one end cost; `null` when it could not report. */
export function cpuOf(
  end: 'client' | 'server',
  report: EndReport,
  links: readonly MeasuredLink[],
): Cpu | null {
  const threads = links.flatMap((link) => threadAt(end, link) ?? [])
  if (report.outcome === null || threads.length === 0) return null
  return cpuOfThreads(threads, report.outcome.softirqNs)
}

/** What one measuring thread cost; `softirqNs` of the whole machine meanwhile. */
export function threadCpu(link: LinkOutcome, window: Window, softirqNs: number | null): Cpu {
  return cpuOfThreads([{ link, window }], softirqNs)
}

function cpuOfThreads(threads: readonly Thread[], softirqNs: number | null): Cpu {
  const differences = threads.map((thread) => difference(thread.window))
  const total = (pick: (d: Difference) => number) =>
    differences.reduce((sum, d) => sum + pick(d), 0)
  const userNs = total((d) => d.userNs)
  const systemNs = total((d) => d.systemNs)
  const messages = total((d) => d.messages)
  const windowNs = Math.max(...differences.map((d) => d.wallNs))
  return {
    userNs,
    systemNs,
    perMessageNs: messages > 0 ? (userNs + systemNs) / messages : null,
    voluntaryContextSwitches: total((d) => d.voluntary),
    involuntaryContextSwitches: total((d) => d.involuntary),
    softirqNs,
    utilisation: total((d) => (d.userNs + d.systemNs) / d.wallNs),
    busiestThread: Math.max(...differences.map((d) => (d.userNs + d.systemNs) / d.wallNs)),
    windowNs,
    threads: threads.length,
    pinnedCpus: pinnedCpus(threads.map((thread) => thread.link)),
  }
}

interface Thread {
  link: LinkOutcome
  window: Window
}

function threadAt(end: 'client' | 'server', link: MeasuredLink): Thread | null {
  return link.deciderEnd === end ? { link: link.decider, window: link.window } : link.server
}

type Difference = ReturnType<typeof difference>

function difference({ first, last }: Window) {
  return {
    wallNs: last.timeNs - first.timeNs,
    messages: last.messages - first.messages,
    userNs: last.cpuUserNs - first.cpuUserNs,
    systemNs: last.cpuSystemNs - first.cpuSystemNs,
    voluntary: last.voluntaryContextSwitches - first.voluntaryContextSwitches,
    involuntary: last.involuntaryContextSwitches - first.involuntaryContextSwitches,
  }
}

function pinnedCpus(links: readonly LinkOutcome[]): number[] {
  const cpus = links.flatMap((link) => link.pinnedCpu ?? [])
  return [...new Set(cpus)].sort((a, b) => a - b)
}
