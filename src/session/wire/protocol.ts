import { OPTION_FEATURES, optionFeatures } from '../../options/features.js'
import type { TlsCipher } from '../../options/tls.js'
import type { Case, TransportName } from '../../plan/case.js'
import { isQuic, TRANSPORT_NAMES } from '../../plan/transports.js'

/**
 * The control protocol's constants. A client and an agent understand each other when `PROTOCOL_VERSION` is
 * equal at both; anything that can be added without changing that is announced in `PROTOCOL_FEATURES`.
 */
export const PROTOCOL_VERSION = 2

/** That an agent answers requests over a transport: one of before them says nothing of it. */
function rrFeature(transport: TransportName): string {
  return `rr:${transport}`
}

/** … or can check more than the first did, which sent whatever was there. */
const VERIFY_QUIC_FEATURE = 'verify:quic'
/** … of a client: that it hears how far the agent's end is while that measures. */
export const SO_FAR_FEATURE = 'report:so-far'

/** … that it holds several sessions, which measure in turn: a client that knows it asks for its turn, and is told how long it waits. */
export const TURNS_FEATURE = 'sessions:turns'
/** What a client says that only looks whether the agent is there. */
export const PING_FEATURE = 'purpose:ping'
/** … that both ends of a repetition return challenges, number datagrams from where nobody else knows, and count strangers. */
export const GUARDED_FEATURE = 'data:guarded'

/** … of an agent: that it may hear with `finish` that no repetition follows, and then gets nothing ready for one. */
export const LAST_FEATURE = 'finish:last'

/** Names of optional abilities, told in both hellos; unknown names are ignored. */
export const PROTOCOL_FEATURES: readonly string[] = [
  ...TRANSPORT_NAMES.map(rrFeature),
  ...OPTION_FEATURES.map(({ name }) => name),
  VERIFY_QUIC_FEATURE,
  TURNS_FEATURE,
  SO_FAR_FEATURE,
  GUARDED_FEATURE,
  LAST_FEATURE,
]

/** What an agent says where its kernel does not take the records of a cipher: those of before it say nothing of it, whatever they can. */
export function noKernelTlsFeature(cipher: TlsCipher): string {
  return `lacks:ktls:${cipher}`
}

/** What an agent must not lack for a case, each with what it is called. */
export function lacksFor({ transport, parameters: { tls } }: Case): [string, string][] {
  if (transport !== 'tls' || tls?.kernel !== 'on') return []
  return [
    pair(noKernelTlsFeature(tls.cipher), `kTLS with ${tls.cipher}: its kernel does not take it`),
  ]
}

/** What an agent has to know for a case, each with what it is called. */
export function featuresFor(c: Case): [string, string][] {
  const { transport, workload, parameters } = c
  return [
    ...(workload === 'rr' ? [pair(rrFeature(transport), `rr over ${transport}`)] : []),
    ...optionFeatures(parameters).map(({ name, called }) => pair(name, called)),
    ...(isLateVerify(c) ? [pair(VERIFY_QUIC_FEATURE, `--verify of a ${workload} over QUIC`)] : []),
  ]
}

/** The first agents check what comes back over a stream of QUIC. */
function isLateVerify({ transport, workload, parameters: { verify, quic } }: Case): boolean {
  const isFirst = workload === 'rr' || (workload === 'ping-pong' && quic?.messages !== 'datagram')
  return verify && isQuic(transport) && !isFirst
}

const pair = (feature: string, words: string): [string, string] => [feature, words]

/** Where `xrbench serve` listens unless told otherwise; below the range Linux takes ephemeral ports from. */
export const DEFAULT_PORT = 28470

/**
 * Deadlines below are for a machine that is not overloaded. In a guest with an emulated CPU everything takes many times as long: the lab sets
 * this, 1 to 100.
 */
const SLOWNESS = Math.min(100, Math.max(1, Number(process.env.XRBENCH_SLOWNESS ?? 1) || 1))

/** Frames before and within the hello, bytes. */
export const HELLO_FRAME_MAX_BYTES = 64 * 1024
/** Frames an agent accepts from a client, bytes. */
export const CLIENT_FRAME_MAX_BYTES = 1024 * 1024
/** Frames a client accepts from its agent, bytes: the report of 64 streams both ways has 8,000 marks. */
export const AGENT_FRAME_MAX_BYTES = 8 * 1024 * 1024

/** Of a sentence of the agent's, of its hint, and of a fault that it reports. */
export const SENTENCE_MAX_CHARS = 1024

/** Connecting, handshake and hello, together. */
export const HELLO_DEADLINE_MS = 5_000 * SLOWNESS
/** A `ping` is sent so often. */
export const HEARTBEAT_MS = 1_000
/** No whole frame for so long: the peer counts as stopped. */
export const SILENCE_MS = 5_000 * SLOWNESS
/** So long a peer may leave unread what it was told: the longest report takes that on a path of 7 Mbit/s. */
export const UNREAD_MS = 10_000 * SLOWNESS
/** A control connection that is over is kept so long for what was written to it. */
export const CUT_MS = 500 * SLOWNESS
/** An authenticated client that keeps pinging but measures nothing holds the agent for so long, the time it waits for its turn apart. */
export const IDLE_SESSION_MS = 60_000 * SLOWNESS

/** An endpoint process has so long from fork to `ready`. */
export const ENDPOINT_START_MS = 10_000 * SLOWNESS
/** A process that finds out what this kernel confines has so long. */
export const PROBE_MS = 30_000 * SLOWNESS
/** … to answer a command that does no waiting of its own. */
export const ENDPOINT_COMMAND_MS = 5_000 * SLOWNESS
/** One that has been told to open says so often that it is there, and how far it is. */
export const ENDPOINT_BEAT_MS = 1_000
/** … and counts as stopped when it has not for so long. */
export const ENDPOINT_SILENCE_MS = 4_000 * SLOWNESS
/** … to report after `stop`. */
export const ENDPOINT_FINISH_MS = 2_000 * SLOWNESS
/** An agent that is asked for the time, or told of a window, has answered by then: its endpoint has to within {@link ENDPOINT_COMMAND_MS}. */
export const ANSWER_MS = 10_000 * SLOWNESS
/** Who waits for a turn is told where it stands every few seconds; an agent that does not for so long counts as stopped, whatever its heartbeats say. */
export const LINE_SILENCE_MS = 30_000 * SLOWNESS
/** A client waits so long for the agent's report: longer than the agent waits for its endpoint. */
export const REPORT_DEADLINE_MS = 4_000 * SLOWNESS
/** After one end has ended before it should, the other has so long to notice by itself, and to say why. */
export const ENDING_GRACE_MS = 500 * SLOWNESS
/** A window is named so long ahead, plus four round trips of the session; after each time that it got there too late, twice as long, or as long as the ends took to say so. */
export const WINDOW_LEAD_MS = 60 * SLOWNESS
export const WINDOW_LEAD_MAX_MS = 4_000 * SLOWNESS
/** A client that names more windows than that, or asks for the time more often, is out of order. */
export const MAX_WINDOWS = 12
export const MAX_CLOCK_QUESTIONS = 64
/** Added to connect timeout, warm-up and duration: a repetition that takes longer is ended. */
export const WATCHDOG_MARGIN_MS = 10_000 * SLOWNESS

/** Frames between the host and a driver in a guest, bytes: a report has two ends. */
export const DRIVER_FRAME_MAX_BYTES = 2 * AGENT_FRAME_MAX_BYTES + CLIENT_FRAME_MAX_BYTES
/** … each sends a `ping` so often: seldom, for what is measured shares a CPU with it. */
export const DRIVER_HEARTBEAT_MS = 5_000
/** A guest that is heard of no more for so long hangs. */
export const DRIVER_SILENCE_MS = 120_000
/** A repetition that is told to end has so long for its report. */
export const DRIVER_ABORT_MS = 30_000
