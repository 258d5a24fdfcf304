/**
 * xrbench as a library: what the command line measures, serves, compares and reports, for a program. It prints nothing, reads no flag or variable
 * of xrbench, and never ends the process. `docs/library.md` has programs to begin with.
 */
export type {
  ConnectBy,
  Direction,
  KernelTls,
  QueuePairType,
  QuicCongestion,
  QuicMessages,
  QuicOpensslOptions,
  QuicOptions,
  RdmaOperation,
  RdmaOptions,
  SocketOptions,
  TlsCipher,
  TlsHandshake,
  TlsOptions,
  WaitPolicy,
  WorkloadName,
} from './addon/addon.js'
export type { CompareDocument } from './compare/schema.js'
export type { Check } from './doctor/checks.js'
export { type DoctorDocument, doctor } from './doctor/doctor.js'
export {
  type ErrorCode,
  type ErrorDetails,
  EXIT_CODES,
  type ExitCode,
  XrbenchError,
} from './errors.js'
export { ab } from './library/ab.js'
export { type CompareOptions, compare } from './library/compare.js'
export { type ReportOptions, report } from './library/report.js'
export type {
  AbRequest,
  LabRequest,
  PeerRequest,
  ResultRequest,
  RunRequest,
  Variation,
  WhereRequest,
} from './library/request.js'
export type { RunOptions, RunResult } from './library/result.js'
export { run } from './library/run.js'
export {
  type ServeEvent,
  type ServeOptions,
  type ServeRequest,
  type Serving,
  serve,
} from './library/serve.js'
export { validate } from './library/validate.js'
export type {
  Case,
  CaseParameters,
  Place,
  Plan,
  SkippedCase,
  TransportName,
} from './plan/case.js'
export type { QuicRequest, TlsRequest } from './plan/quic.js'
export type { Slot } from './plan/schedule.js'
export { type Doubt, doubts } from './results/document/doubt.js'
export type { Flag, Problem, Repetition, ResultDocument } from './results/schema/schema.js'
export { type ReadOptions, readResult } from './results/store/store.js'
export type { RunEvent } from './run/events.js'
export type { RepetitionEvent, RunFailure } from './run/repetitions.js'
export type { MeasureRequest } from './run/request.js'
export type { AgentEvent } from './session/agent/agent.js'
export type { Progress } from './session/endpoint/messages.js'
