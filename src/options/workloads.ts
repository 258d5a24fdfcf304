/**
 * Workloads a user can name. `connect`: each operation is a connection of its own, with one message to and fro over it. `rr`: requests and answers of
 * different sizes, several under way at once.
 */
export const WORKLOAD_NAMES = ['ping-pong', 'stream', 'connect', 'rr'] as const
export type WorkloadName = (typeof WORKLOAD_NAMES)[number]

/** Whether a workload is written once, over the message link of each transport: each of its messages has a head, and may be many packets. */
export function runsOverMessages(workload: WorkloadName): boolean {
  return workload === 'rr'
}
