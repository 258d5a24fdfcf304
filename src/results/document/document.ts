import { randomUUID } from 'node:crypto'
import type { Case, Place, Plan, SkippedCase } from '../../plan/case.js'
import { flagsOfCase, flagsOfEnvironments } from '../repetition/flags.js'
import { pathOf } from '../repetition/path.js'
import { buildRepetition } from '../repetition/repetition.js'
import type { RepetitionReport } from '../repetition/report.js'
import { type Flag, sortFlags } from '../schema/flag-names.js'
import { RESULT_FORMAT } from '../schema/format.js'
import type {
  CaseResult,
  Environment,
  LabFacts,
  Problem,
  RdmaDeviceChoice,
  Repetition,
  ResultDocument,
} from '../schema/schema.js'
import { caseName, isSameCase } from './case-name.js'
import { changedSettings } from './changed-settings.js'
import { summarise } from './summary.js'

interface DocumentOptions {
  command: readonly string[]
  plan: Plan
  /** Ends of what is measured first. */
  client: Environment
  server: Environment
  rdmaDevice?: RdmaDeviceChoice | null
  /** Of this xrbench. */
  version: string
  commit?: string | null
  label?: string | undefined
  /** Options of the two configurations that the cases are of. */
  variants?: ResultDocument['variants']
}

/** The document of a run that begins now: every case of the plan is there, pending. */
export function createDocument(options: DocumentOptions): ResultDocument {
  const { command, plan, client, server, version, commit = null, label } = options
  const isMixed = new Set(plan.cases.map(({ place }) => place)).size > 1
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
    // Where the places differ, their flags are those of their cases.
    flags: isMixed ? [] : flagsOfEnvironments([client, server]),
    redacted: false,
    plannedRepetitions: plan.repetitions,
    environment: { client, server },
    labEnvironment: null,
    lab: null,
    rdmaDevice: options.rdmaDevice ?? null,
    ...(options.variants === undefined ? {} : { variants: options.variants }),
    cases: [...plan.cases.map(pendingCase), ...(plan.skipped ?? []).map(skippedCase)],
  }
}

/** Takes in the lab that the cases from now on are measured in. Changes `doc`. */
export function enterLab(
  doc: ResultDocument,
  lab: LabFacts,
  labEnvironment: { client: Environment; server: Environment },
): void {
  doc.lab = lab
  doc.labEnvironment = labEnvironment
}

function skippedCase({ case: c, reason }: SkippedCase): CaseResult {
  return { ...pendingCase(c), status: 'skipped', skipped: { ...reason } }
}

function pendingCase({ key, transport, workload, place, parameters, variant }: Case): CaseResult {
  return {
    key,
    place,
    ...(variant === undefined ? {} : { variant }),
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
interface RepetitionSlot {
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
  const result = caseOf(doc, c)
  const { negotiated } = report
  const measured = negotiated === undefined ? c : { ...c, parameters: negotiated }
  const repetition = buildRepetition(measured, index, order, report)
  const { effective } = result.parameters
  result.repetitions.push(repetition)
  result.parameters.negotiated ??= negotiated ?? null
  noteChanges(result.parameters, report)
  effective.client ??= report.client.outcome?.effective ?? null
  effective.server ??= report.server.outcome?.effective ?? null
  result.path ??= c.place === 'lab' || isGuest(doc) ? 'lab' : pathOf(c.transport, report)
  result.summary = summarise(measured, result.repetitions)
  result.flags = sortFlags([
    ...flagsOfCase(result.repetitions, result.summary),
    ...flagsOfPlace(doc, c.place),
    ...(result.parameters.changed === undefined ? [] : (['settings-changed'] as const)),
  ])
  result.status = statusOf(result.repetitions, doc.plannedRepetitions)
  doc.tool.build ??= buildOf(report)
  return repetition
}

function noteChanges(parameters: CaseResult['parameters'], report: RepetitionReport): void {
  // What failed has no figure that other settings could be the reason of.
  if (report.status !== 'completed') return
  const changed = (['client', 'server'] as const).flatMap((end) =>
    changedSettings(end, parameters.effective[end], report[end].outcome?.effective ?? null),
  )
  if (changed.length === 0) return
  parameters.changed = [...new Set([...(parameters.changed ?? []), ...changed])]
}

/** Marks a case as not run, and why. Changes `doc`. */
export function skipCase(doc: ResultDocument, c: Case, reason: Problem): void {
  const result = caseOf(doc, c)
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

/** Flags of the machines, where the file as a whole does not have them: it has cases at several places. */
function flagsOfPlace(doc: ResultDocument, place: Place): Flag[] {
  const places = doc.cases.filter(({ status }) => status !== 'skipped').map((one) => one.place)
  if (new Set(places).size < 2) return []
  const ends = place === 'lab' ? doc.labEnvironment : doc.environment
  return ends ? flagsOfEnvironments([ends.client, ends.server]) : []
}

/** Whatever a run in a guest of the lab measures stays within the lab's own machine. */
function isGuest({ environment }: ResultDocument): boolean {
  return (environment.client.lab ?? null) !== null
}

function caseOf(doc: ResultDocument, c: Case): CaseResult {
  const found = doc.cases.find((one) => isSameCase(one, c))
  if (found === undefined) throw new Error(`the plan has no case ${caseName(c)}`)
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
