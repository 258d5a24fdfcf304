import type { LinkOutcome, RunOutcome } from '../../addon/addon.js'
import type { Cpu } from '../schema/measures.js'
import type { MeasuredLink } from './measured-links.js'
import type { EndReport } from './report.js'
import type { Window } from './window.js'

/** What the measuring threads of one end cost; `null` when it could not report. */
export function cpuOf(
  end: 'client' | 'server',
  report: EndReport,
  links: readonly MeasuredLink[],
): Cpu | null {
  const threads = links.flatMap((link) => threadAt(end, link) ?? [])
  if (report.outcome === null || threads.length === 0) return null
  return cpuOfThreads(threads, report.outcome)
}

/** What one measuring thread cost, and what the machine did meanwhile. */
export function threadCpu(link: LinkOutcome, window: Window, machine: MachineTimes): Cpu {
  return cpuOfThreads([{ link, window }], machine)
}

type MachineTimes = Pick<RunOutcome, 'softirqNs' | 'machine'>

function cpuOfThreads(threads: readonly Thread[], { softirqNs, machine }: MachineTimes): Cpu {
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
    ...waitingOf(threads),
    mostSoftirq: machine == null ? null : machine.mostSoftirqNs / machine.wallNs,
    stealNs: machine == null ? null : machine.stealNs,
    mostSteal: machine == null ? null : machine.mostStealNs / machine.wallNs,
    frequencyMhz: frequencyOf(threads),
    pinnedCpus: pinnedCpus(threads.map((thread) => thread.link)),
  }
}

/** `null` where one of the threads cannot tell: the others might not be those that waited. */
function waitingOf(
  threads: readonly Thread[],
): Pick<Cpu, 'runDelayNs' | 'mostRunDelay' | 'demand'> {
  const known = threads.flatMap(({ link: { scheduling }, window }) => {
    if (scheduling === null) return []
    const { wallNs, userNs, systemNs } = difference(window)
    const delay = scheduling.runDelayNs / scheduling.wallNs
    return [{ ns: scheduling.runDelayNs, delay, demand: (userNs + systemNs) / wallNs + delay }]
  })
  if (known.length < threads.length) return { runDelayNs: null, mostRunDelay: null, demand: null }
  return {
    runDelayNs: known.reduce((sum, { ns }) => sum + ns, 0),
    mostRunDelay: Math.max(...known.map(({ delay }) => delay)),
    demand: Math.max(...known.map(({ demand }) => demand)),
  }
}

function frequencyOf(threads: readonly Thread[]): Cpu['frequencyMhz'] {
  const mhz = threads.flatMap(({ link: { cpuKhz } }) => (cpuKhz === null ? [] : cpuKhz / 1_000))
  return mhz.length === 0 ? null : { least: Math.min(...mhz), most: Math.max(...mhz) }
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
