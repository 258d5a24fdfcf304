import type { LAB } from '../options/lab.js'
import type { Asked } from '../options/option.js'
import type { MeasureRequest } from '../run/request.js'

/** The agent of another machine (`xrbench serve`, or {@link serve}). */
export interface PeerRequest {
  /** A name or a numeric address. */
  readonly host: string
  /** 1 to 65,535. Default: 28470. */
  readonly port?: number | undefined
  /** A file that holds the agent's key and that nobody else can read. This or `key`. */
  readonly keyFile?: string | undefined
  /** The key itself, 64 hexadecimal digits. It is kept in no result. */
  readonly key?: string | undefined
  /** In line there, while others measure, a second to 168 h. Default: 4 h. */
  readonly maxWaitNs?: number | undefined
}

/** The lab: virtual machines with a SoftRoCE device each. */
export interface LabRequest extends Asked<typeof LAB> {
  /** Two are joined by a virtual wire. Default: 2. */
  readonly guests?: 1 | 2 | undefined
}

/** Where to measure. */
export interface WhereRequest {
  /** Default: an agent that is started for the run on this machine, and ended with it. */
  readonly peer?: PeerRequest | undefined
  /**
   * `only`: everything in the lab; `auto`: RDMA where this machine has no way to a device, and the others beside it; `never`.
   * Default: `auto`; with a peer `never`, and nothing else is possible.
   */
  readonly lab?: 'only' | 'auto' | 'never' | undefined
  /** How the lab is made. Default: that of each of its members. */
  readonly labOptions?: LabRequest | undefined
  /** Whether a SoftRoCE device may be made on this machine for the run, and removed after it. Default: true. */
  readonly softRoce?: boolean | undefined
}

/** What becomes of the result. */
export interface ResultRequest {
  /** A file, written whole after every repetition and compressed where its name ends with `.gz`, or a folder for one. Default: none. */
  readonly output?: string | undefined
  /** Kept in the result, up to 256 characters. */
  readonly label?: string | undefined
  /** Host names and addresses are replaced by hashes. Default: false. */
  readonly redact?: boolean | undefined
}

/** What {@link run} is asked for: what to measure, where, and what becomes of the result. Only the transports have to be named. */
export interface RunRequest extends MeasureRequest, WhereRequest, ResultRequest {}

/** One of the two configurations of {@link ab}: what it has beyond the other. */
export interface Variation extends Omit<MeasureRequest, 'transports'> {
  /** As of {@link RunRequest}; where `both` names none. */
  readonly transports?: MeasureRequest['transports'] | undefined
}

/** What {@link ab} is asked for: all that both configurations have. The transports may be named by each instead; ten repetitions unless told. */
export interface AbRequest extends Variation, WhereRequest, ResultRequest {}
