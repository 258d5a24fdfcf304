import { flag, type Tool } from './tool.js'

/** sockperf 3.10. */
export const SOCKPERF: Tool = {
  name: 'sockperf',
  commands: {
    sockperf: '-w ping-pong',
    'ping-pong': '-w ping-pong',
    pp: '-w ping-pong',
    'under-load': '-w rr',
    ul: '-w rr',
    throughput: '-w stream',
    tp: '-w stream',
  },
  server: /^(server|sr)$/,
  unsaid: [['-t', '-t udp']],
  differs: [
    'sockperf tells half of the round trip unless --full-rtt is given; xrbench the whole one, always',
    'sockperf under-load sends at a rate whatever comes back; rr keeps a number of requests under way',
    'sockperf leaves out samples at begin and end; xrbench warms up until it is steady and keeps all that follows',
  ],
  flags: [
    flag('-i, --ip', 'host', '--peer N'),
    flag('-p, --port', 'count', '--peer HOST:N', 'is of the agent there, xrbench serve'),
    flag('-m, --msg-size', 'count', '--size N'),
    flag('-t, --time', 'seconds', '--duration N', 'is of each repetition here'),
    flag('-n, --number-of-packets', 'count', '--iterations N'),
    flag('-b, --burst', 'count', '-w rr --inflight N'),
    flag('--tcp', 'none', '-t tcp'),
    flag('--full-rtt', 'none', '', 'is so here'),
    flag('--nonblocked', 'none', '--wait spin'),
    flag('--tcp-avoid-nodelay', 'none', '--no-nodelay'),
    flag('--buffer-size', 'count', '--sndbuf N --rcvbuf N'),
    flag('--mps', 'text', null, 'has no equivalent: --rate of a stream is in bits per second'),
    flag(
      '--full-log',
      'text',
      null,
      'has no equivalent: all samples are in histograms, xrbench export --hlog',
    ),
    flag('--dontwarmup', 'none', '--warmup 0'),
    flag('--data-integrity', 'none', '--verify'),
    flag('--sender-affinity', 'text', null, 'is the first half of --pin CLIENT:SERVER'),
    flag('--receiver-affinity', 'text', null, 'is the second half of --pin CLIENT:SERVER'),
    flag('--mc-ttl', 'count', null, 'has no equivalent: there is no multicast'),
  ],
}
