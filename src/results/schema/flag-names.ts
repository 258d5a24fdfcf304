/**
 * What can make a result doubtful: each flag and the sentence that says so. The names are part of the
 * file format: they are added to, never renamed.
 */
export const FLAG_SENTENCES = {
  loopback: 'both ends ran on one machine: no network was crossed',
  'software-rdma': 'the RDMA device is emulated by the kernel, not hardware',
  'emulated-cpu': 'the CPU is emulated: compare only with results of the same kind',
  'virtual-machine': 'an end ran in a virtual machine: the host can delay it unseen',
  'cpu-saturated':
    'a sleeping wait or soft interrupts used a whole CPU: the figure is its limit, not that of the path',
  'shared-cpu': 'the measuring threads of both ends had to share CPUs',
  'shared-agent': 'the agent measured for another client at the same time',
  clamped:
    'the agent allows less than was asked for: what was measured is under `negotiated` in the file',
  unpinned: 'the scheduler was free to move measuring threads between CPUs',
  'clock-unstable':
    'the clock drifted by more than 50 ppm, or its steps are too coarse for what was measured',
  'too-few-samples': 'too few samples for p50 or p99: a percentile needs ten samples beyond it',
  'warmup-unsteady':
    'measuring began before the path was steady: its first third lies off the rest, beyond scatter',
  loss: 'messages were lost: they count as infinitely late in percentiles, and not in goodput',
  strangers:
    'somebody else connected or sent to the ports of a measurement: that was dropped, and may have cost time',
  'more-than-sent':
    'a receiver counts more messages, lost ones included, than were sent: some are of somebody else',
  'nothing-arrived': 'not one message arrived in the measured phase: there is no figure',
  'starved-links':
    'over some connections nothing arrived in the whole measured phase, or for --timeout on end: the others had their share',
  'ip-fragments':
    'messages did not fit the MTU of the path and were cut into IP fragments: one lost fragment is a lost message',
  'mptcp-fallback':
    'a connection that was to be one of Multipath TCP fell back to TCP: one end, or something between them, has none',
  'nothing-to-poll': 'there was no device for the kernel to poll: busy-poll waited as block does',
  'settings-changed':
    'a later repetition was granted other settings than the first, whose stand in the file: `changed` names them',
  'below-rate': 'the senders stayed more than 1 % below the rate that was asked for',
  overflow:
    'samples exceeded the histogram range: they are counted, and bounded only by the maximum',
  'harness-overload': 'a measuring thread had to wait for its CPU for more than 2 % of the time',
  suspended:
    'a machine stood still while it was measured (suspended, paused or migrated), or its clock jumped',
  governor:
    'the CPU frequency governor is not `performance`: frequency may have changed during the run',
  'few-repetitions': 'fewer than 3 repetitions completed: their spread is not known',
  aborted: 'the run was cut short; what was measured until then is kept',
  failed: 'at least one repetition failed',
  throttled: 'a CPU quota (cgroup) limits an end to less than the CPUs it sees',
  'null-crypto': 'packets were not encrypted: a diagnostic, and not QUIC',
  'early-data-refused':
    'the server did not take the early data of every connection: those took a round trip more',
  'sanitizer-build': 'built with a sanitizer: several times slower than a normal build',
} as const

/** What a repetition is flagged with, by its name in the file. */
export type Flag = keyof typeof FLAG_SENTENCES

/** Every flag, in the order in which they are shown. */
export const FLAGS = Object.keys(FLAG_SENTENCES) as [Flag, ...Flag[]]

/** Flags that say where it was measured, not that it was measured badly. */
export const CIRCUMSTANCES: readonly Flag[] = ['loopback', 'software-rdma', 'virtual-machine']

/** Flags that say how a repetition ended, not what the figures of its case are worth: of all repetitions, whether figures are of them or not. */
export const ENDINGS: readonly Flag[] = ['aborted', 'failed']

/** The given flags once each, in the order of {@link FLAGS}. */
export function sortFlags(flags: Iterable<Flag>): Flag[] {
  const present = new Set(flags)
  return FLAGS.filter((flag) => present.has(flag))
}
