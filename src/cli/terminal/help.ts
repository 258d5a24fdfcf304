import { EXIT_CODES } from '../../errors.js'

/** What each exit code means, in a few words. */
export const EXIT_MEANINGS: Readonly<Record<keyof typeof EXIT_CODES, string>> = {
  ok: 'measured',
  internal: 'a fault of xrbench',
  usage: 'bad usage: nothing was started',
  environment: 'this machine lacks something',
  peer: 'the peer cannot be reached, or went away',
  measurement: 'failed while measuring',
  untrusted: 'undecided, or not to be trusted (--strict)',
  regression: 'a gate failed',
  invalid: 'a file that is not valid (validate)',
  interrupted: 'stopped by Ctrl-C: what was measured is kept',
  terminated: 'stopped by SIGTERM: what was measured is kept',
}

/** Printed by a bare `xrbench`. */
export const WELCOME = `xrbench measures a network path: ping-pong and streams over each transport,
with honest tail latency.

  xrbench run                         ping-pong over all this machine can do
  xrbench run -t tcp,udp -w ping-pong,stream -s 64,4k -d 2s -o out.json

Between two machines:
  xrbench keygen xrbench.key          once; a copy goes to the other machine
  xrbench serve --listen ADDRESS --key-file xrbench.key      on one
  xrbench run --peer ADDRESS --key-file xrbench.key          on the other

  xrbench doctor                      what can be measured here, and why not
  xrbench run --help                  all options, units, exit codes
`

export const RUN_EXAMPLES = `
Examples:
  xrbench run
  xrbench run --transport tcp,udp --workload ping-pong,stream --size 64,4k --duration 2s
  xrbench run --transport rdma --operation write --wait spin
  xrbench run --transport rdma,tcp,udp --lab --netem 'delay 5ms'
  xrbench run -t tcp -w stream --direction both --streams 4 -o results/
  xrbench run -t udp -w stream --rate 500M --json > out.json
  xrbench run -t tcp -s 64 --wait spin,block --iterations 100000 --repeat 10
`

export const RUN_UNITS = `
Sizes: 64, 4k, 1MiB (powers of 1,024), or 64..1M: each doubling. Times: 500ms, 3s, 2m. Rates: 10G (bits, powers of 1,000), or 125MB/s.
Every option is also read from XRBENCH_<NAME>, as XRBENCH_SIZE=4k; the flag wins. XRBENCH_OUTPUT is for results: it names no page, export or picture.
Latency is the whole round trip, never half of it. Throughput is counted at the receiver.
`

/** The table of exit codes, as shown under `--help`. */
export function exitCodeTable(): string {
  const rows = Object.entries(EXIT_CODES).map(
    ([name, code]) =>
      `  ${String(code).padEnd(5)}${EXIT_MEANINGS[name as keyof typeof EXIT_CODES]}`,
  )
  return `\nExit codes:\n${rows.join('\n')}`
}
