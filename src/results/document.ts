import { randomUUID } from 'node:crypto'
import type { Case, Plan } from '../plan/case.js'
import type { RepetitionReport } from '../session/types.js'
import { type Flag, sortFlags } from './flag-names.js'
import { flagsOfCase, flagsOfEnvironments } from './flags.js'
import { RESULT_FORMAT } from './format.js'
import { pathOf } from './path.js'
import { buildRepetition } from './repetition.js'
import type { CaseResult, Environment, Problem, Repetition, ResultDocument } from './schema.js'
import { summarise } from './summary.js'

export interface DocumentOptions {
  command: readonly string[]
  plan: Plan
  client: Environment
  server: Environment
  /** Of this xrbench. */
  version: string
  commit?: string | null
  label?: string | undefined
}

/** The document of a run that begins now: every case of the plan is there, pending. */
export function createDocument(options: DocumentOptions): ResultDocument {
  const { command, plan, client, server, version, commit = null, label } = options
  return {
    schema: RESULT_FORMAT,
    id: randomUUID(),
    ...(label === undefined ? {} : { label }),
    tool: { name: 'xrbench', version, commit, build: null },
    command: [...command],
    startedAt: new Date().toISOString(),
    finishedAt: null,
    status: 'running',
    error: null,
    flags: flagsOfEnvironments([client, server]),
    redacted: false,
    plannedRepetitions: plan.repetitions,
    environment: { client, server },
    cases: plan.cases.map(pendingCase),
  }
}

function pendingCase({ key, transport, workload, parameters }: Case): CaseResult {
  return {
    key,
    transport,
    workload,
    parameters: {
      requested: parameters,
      negotiated: null,
      effective: { client: null, server: null },
    },
    path: null,
    status: 'pending',
    flags: [],
    repetitions: [],
    summary: null,
  }
}

/** Which repetition of which case it was. */
export interface RepetitionSlot {
  case: Case
  index: number
  order: number
}

/** Takes one repetition into `doc`: its numbers, its case's summary, flags and status. Changes `doc`. */
export function recordRepetition(
  doc: ResultDocument,
  { case: c, index, order }: RepetitionSlot,
  report: RepetitionReport,
): Repetition {
  const result = caseOf(doc, c.key)
  const repetition = buildRepetition(c, index, order, report)
  const { effective } = result.parameters
  result.repetitions.push(repetition)
  effective.client ??= report.client.outcome?.effective ?? null
  effective.server ??= report.server.outcome?.effective ?? null
  result.path ??= isInLab(doc) ? 'lab' : pathOf(c.transport, report)
  result.summary = summarise(c, result.repetitions)
  result.flags = flagsOfCase(result.repetitions, result.summary)
  result.status = statusOf(result.repetitions, doc.plannedRepetitions)
  doc.tool.build ??= buildOf(report)
  return repetition
}

/** Marks a case as not run, and why. Changes `doc`. */
export function skipCase(doc: ResultDocument, key: string, reason: Problem): void {
  const result = caseOf(doc, key)
  result.status = 'skipped'
  result.skipped = reason
}

/** Closes `doc`: what could not be measured any more is marked, and the flags of the file are known. Changes `doc`. */
export function finishDocument(
  doc: ResultDocument,
  status: 'completed' | 'aborted' | 'failed',
  error: Problem | null = null,
): void {
  for (const result of doc.cases) {
    if (result.status !== 'pending' && result.status !== 'running') continue
    // A case that has failed repetitions keeps that name; the others were cut short.
    result.status = result.repetitions.some((one) => one.status === 'failed') ? 'failed' : 'aborted'
    result.flags = sortFlags([...result.flags, result.status])
  }
  const ending: Flag[] = status === 'completed' ? [] : [status]
  doc.status = status
  doc.error = error
  doc.finishedAt = new Date().toISOString()
  doc.flags = sortFlags([...doc.flags, ...ending])
}

/** Every flag of the file and of its cases, once. */
export function allFlags(doc: ResultDocument): Flag[] {
  return sortFlags([...doc.flags, ...doc.cases.flatMap(({ flags }) => flags)])
}

/** Whatever a guest of the lab measures stays within the lab's own machine. */
function isInLab({ environment }: ResultDocument): boolean {
  return (environment.client.lab ?? null) !== null
}

function caseOf(doc: ResultDocument, key: string): CaseResult {
  const found = doc.cases.find((candidate) => candidate.key === key)
  if (found === undefined) throw new Error(`the plan has no case ${key}`)
  return found
}

function statusOf(repetitions: readonly Repetition[], planned: number): CaseResult['status'] {
  const statuses = repetitions.map(({ status }) => status)
  if (statuses.includes('aborted')) return 'aborted'
  if (statuses.length < planned) return 'running'
  return statuses.includes('failed') ? 'failed' : 'completed'
}

function buildOf({ client, server }: RepetitionReport): ResultDocument['tool']['build'] {
  const build = client.build ?? server.build
  if (build === null) return null
  const { compiler, flags, sanitizer } = build
  return { compiler, flags, sanitizer }
}
