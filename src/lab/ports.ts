/**
 * The virtio-serial ports between a guest and its lab, `/dev/vport*pN` in the guest, a socket of ours at QEMU. A port carries bytes
 * one way only, apart from the control port, which carries lines both ways.
 */
export const CONTROL_PORT = 1
/** What is typed or piped into a command, live; one command of a guest can have it. */
export const STDIN_PORT = 2
/** Commands that can run in a guest at the same time. */
export const JOB_SLOTS = 3

export function stdoutPort(slot: number): number {
  return 3 + 2 * slot
}

export function stderrPort(slot: number): number {
  return 4 + 2 * slot
}

/** All of them, ascending. */
export const PORTS: readonly number[] = Array.from({ length: 2 + 2 * JOB_SLOTS }, (_, i) => i + 1)
