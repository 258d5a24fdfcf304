/** `[find, replace]` of one file, with its tests. */
function of(file, tests, ...changes) {
  return changes.map(([find, replace]) => ({ file, tests, find, replace }))
}

const statistics = (name, ...changes) =>
  of(`src/compare/statistics/${name}.ts`, `src/compare/statistics/${name}.test.ts`, ...changes)
const compare = (name, test, ...changes) =>
  of(`src/compare/${name}.ts`, `src/compare/${test}.test.ts`, ...changes)
const report = (name, test, ...changes) =>
  of(`src/report/${name}.ts`, `src/report/${test}.test.ts`, ...changes)
const results = (name, test, ...changes) =>
  of(`src/results/${name}.ts`, `src/results/${test}.test.ts`, ...changes)

export const inReport = [
  ...of(
    'src/compare/layer-rounds.ts',
    'src/report/terminal/layers.test.ts',
    ['below.get(index)', 'below.get(index === 0 ? 1 : index - 1)'],
    ['all.every((rounds) => rounds.has(index))', 'all.some((rounds) => rounds.has(index))'],
    ['(client + server) / parameters.requested.messageSizeBytes', 'client + server'],
    ['has.has(index % 2 === 0 ? index + 1 : index - 1)', 'has.has(index)'],
  ),
  ...of('src/compare/layers.ts', 'src/report/terminal/layers.test.ts', [
    'rounds.slice(i, i + 2)',
    'rounds.slice(0, 2)',
  ]),
  ...report('words/percentile-reader', 'words/percentile-reader', [
    'const total = count + lost',
    'const total = count',
  ]),
]

export const inStatistics = [
  ...statistics(
    'rank-sum',
    ['const isTied = ranks.some', 'const isTied = !ranks.some'],
    ['distance - 0.5', 'distance'],
    ['t ** 3 - t', 't ** 2 - t'],
    ['(x.length * (x.length + 1)) / 2', '(x.length * (x.length - 1)) / 2'],
  ),
  ...statistics(
    'shift',
    ['differences.slice(i).map', 'differences.slice(i + 1).map'],
    ['sorted[sorted.length - interval.k]', 'sorted[sorted.length - interval.k - 1]'],
    ['sorted[interval.k - 1]', 'sorted[interval.k]'],
    ['if (!isShift) [low, high]', 'if (false) [low, high]'],
  ),
  ...statistics(
    'adjust',
    ['(ps[index] ?? 1) * (ps.length - step)', '(ps[index] ?? 1) * ps.length'],
    [
      'most = Math.min(most, ((ps[index] ?? 1) * ps.length) / (ps.length - step))',
      'most = ((ps[index] ?? 1) * ps.length) / (ps.length - step)',
    ],
  ),
  ...statistics(
    'signed-rank',
    ['difference !== 0', 'difference !== 1'],
    ['sum + rank ** 2, 0) / 4', 'sum + rank ** 2, 0) / 2'],
  ),
  ...statistics('trend', ['if (later > earlier) rising++', 'if (later > earlier) rising += 2']),
  ...compare('verdict', 'compare', [
    "isUp === (row.better === 'lower')",
    "isUp !== (row.better === 'lower')",
  ]),
  ...compare('gate', 'gate', ['Number(percent) / 100', 'Number(percent) / 10']),
  ...compare('pairing', 'compare', [
    'one.case.transport !== first',
    'one.case.transport === first',
  ]),
]

export const inResults = [
  ...results(
    'histogram/buckets',
    'histogram/buckets',
    ['>= rank) high = middle', '> rank) high = middle'],
    ['* 2 ** bucket - 1', '* 2 ** bucket'],
  ),
  ...results(
    'histogram/histogram',
    'histogram/histogram',
    ['merged.overflow += exact.overflow', 'merged.overflow = exact.overflow'],
    ['merged.sumNs += exact.sumNs', 'merged.sumNs = exact.sumNs'],
    ['return Math.min(a, b)', 'return Math.max(a, b)'],
    ['counts[i] ?? 0)', 'counts[i - 1] ?? 0)'],
  ),
  ...results(
    'histogram/codec',
    'histogram/codec',
    ['payload.writeInt32BE(0, 8)', 'payload.writeInt32BE(1, 8)'],
    ['payload.writeDoubleBE(1, 32)', 'payload.writeDoubleBE(2, 32)'],
    ['COUNTS[used] = word / 2', 'COUNTS[used] = word'],
    ['filled += (word + 1) / 2', 'filled += (word - 1) / 2'],
  ),
  ...results(
    'histogram/percentiles',
    'histogram/percentiles',
    ['SAMPLES_BEYOND = 10', 'SAMPLES_BEYOND = 9'],
    ['total - Math.floor(total / oneIn', 'total - Math.ceil(total / oneIn'],
    ['const total = histogram.count + lost', 'const total = histogram.count'],
  ),
  ...of('src/results/histogram/percentile-with-loss.ts', 'src/report/loss.test.ts', [
    "if (unavailableWithLoss[key] === 'lost') return Number.POSITIVE_INFINITY",
    '',
  ]),
  ...results(
    'repetition/flags',
    'repetition/stream',
    ['achieved + onEdges', 'achieved'],
    ['MIN_ACHIEVED = 0.99', 'MIN_ACHIEVED = 0.9'],
  ),
  ...results(
    'document/summary',
    'document/summary',
    ['median: medianSorted(sorted)', 'median: min'],
    ['figuredOf(repetitions).filter(', 'repetitions.filter('],
  ),
  ...results('repetition/completed', 'repetition/flags', [
    'figured.length > 0 ? figured : repetitions',
    'figured',
  ]),
  ...results('repetition/flag-share', 'repetition/flags', [
    'ENDINGS.includes(flag) ? repetitions : flaggedOf(repetitions)',
    'repetitions',
  ]),
  ...results(
    'repetition/ip-fragments',
    'repetition/flags',
    ['outcome === client.outcome ? size', 'true ? size'],
    ['pathMtuBytes - (', 'pathMtuBytes + ('],
  ),
  ...results(
    'repetition/loss',
    'repetition/stream',
    ['last.messages - first.messages + lost', 'last.messages - first.messages'],
    ['initiates ? other : own', 'initiates ? own : other'],
  ),
  ...results('repetition/cpu', 'repetition/stream', [
    'total((d) => (d.userNs + d.systemNs)',
    'total((d) => d.userNs',
  ]),
  ...results('repetition/cpu', 'repetition/flags', [
    '(userNs + systemNs) / wallNs + delay',
    '(userNs + systemNs) / wallNs',
  ]),
  ...results(
    'repetition/throughput',
    'repetition/stream',
    ['if (lengthNs(window) <= forNs) return window', 'return window'],
    ['return Math.min(...lengths)', 'return Math.max(...lengths)'],
    ['mark.bytes * 8)', 'mark.bytes)'],
  ),
  ...results(
    'repetition/intervals',
    'repetition/intervals',
    ['Math.max(0, mark.lost - before.lost)', 'mark.lost'],
    ['durationNs > longest / 2', 'durationNs > 0'],
    ['(hasBytes ? bytes : messages)', 'messages'],
  ),
  ...results(
    'repetition/load',
    'repetition/stream',
    ['p.rateBitsPerSec * directions.length', 'p.rateBitsPerSec'],
    ['windows.length === links.length', 'true'],
  ),
  ...results(
    'repetition/window',
    'repetition/window',
    [
      'Math.abs(mark.timeNs - timeNs) < Math.abs(best.timeNs - timeNs)',
      'Math.abs(mark.timeNs - timeNs) > Math.abs(best.timeNs - timeNs)',
    ],
    [': marks.find((mark) => mark.timeNs > first.timeNs)', ': undefined'],
  ),
  ...results(
    'repetition/steadiness',
    'repetition/flags',
    ['MIN_INTERVALS = 6', 'MIN_INTERVALS = 5'],
    ['TOLERANCE = 0.05', 'TOLERANCE = 0.2'],
    ['value - slope * i', 'value'],
  ),
  ...of(
    'src/session/endpoint/warmup.ts',
    'src/session/endpoint/warmup.test.ts',
    ['RISES_FROM_S = 7', 'RISES_FROM_S = 9'],
    ['WAITING_SHARE = 0.01', 'WAITING_SHARE = 0.1'],
    ['< FEWEST_MESSAGES) continue', '<= FEWEST_MESSAGES) continue'],
    ['Math.min(...ends.map', 'Math.max(...ends.map'],
    ['before.bytes + (after.bytes - before.bytes) * part', 'before.bytes'],
  ),
  ...of('src/median.ts', 'src/median.test.ts', ['(sorted.length - 1) >> 1', 'sorted.length >> 1']),
  ...of('src/units.ts', 'src/units.test.ts', ['k: 1024,', 'k: 1000,'], ['m: 60e9', 'm: 1e6']),
]

/** What keeps strangers, and clients that are trusted in nothing, within bounds. */
export const inSession = [
  ...of(
    'src/session/wire/frame.ts',
    'src/session/wire/frame.test.ts',
    ['length > this.#maxBytes', 'length > 2 * this.#maxBytes'],
    ['if (body.length > maxBytes)', 'if (false)'],
    ['if (this.pendingBytes < this.#bodyBytes) return undefined', ''],
    ["TextDecoder('utf-8', { fatal: true })", "TextDecoder('utf-8')"],
  ),
  ...of(
    'src/session/agent/strangers.ts',
    'src/session/agent/strangers.test.ts',
    ['share.size > this.#limits.perOrigin', 'share.size > this.#limits.all'],
    ['this.#leaveFirst(this.#origins.keys())', 'name'],
    ['if (this.size > this.#limits.all)', 'if (this.size >= this.#limits.all)'],
    ['Math.floor((openFiles ?? 2048) / 2)', 'openFiles ?? 2048'],
  ),
  ...of(
    'src/session/agent/origin.ts',
    'src/session/agent/strangers.test.ts',
    ['.slice(0, 4)', '.slice(0, 8)'],
    ["replace(/%.*$/, '')", "replace(/%$/, '')"],
    ['if (v4 !== undefined) return v4', ''],
  ),
  ...of(
    'src/session/agent/admission.ts',
    'src/session/agent/admission.test.ts',
    ['if (isAlone && isWithinMachine(transport))', 'if (false)'],
    ['isAlone && !limits.allowNullCrypto', '!limits.allowNullCrypto'],
    ['isAlone && !isGuarded && !limits.allowOlder', 'false'],
    ["transport !== 'udp' && !isQuic(transport)", "transport !== 'udp'"],
    ['{ ...parameters.rdma, ...rdmaPort }', '{ ...rdmaPort, ...parameters.rdma }'],
    ['    isGuarded,\n    dataPorts,', '    isGuarded: true,\n    dataPorts,'],
  ),
  ...of(
    'src/session/agent/rate-limit.ts',
    'src/session/agent/rate-limit.test.ts',
    ['* (inflight ?? 1)', ''],
    ['if (asked <= most) return', 'return'],
    ['(linkBitsPerSec ?? 0) > DEFAULT', '(linkBitsPerSec ?? 0) >= DEFAULT'],
  ),
  ...of(
    'src/session/agent/repetition.ts',
    'src/session/agent/never-ends.test.ts',
    ['durationNs === 0 ? measuringMs', 'durationNs === 0 ? Number.MAX_SAFE_INTEGER'],
    ['spec.connectTimeoutNs / 1e6 + 2 * WATCHDOG_MARGIN_MS', 'spec.durationNs'],
  ),
  ...of(
    'src/serve/ration.ts',
    'src/serve/ration.test.ts',
    ['this.#taken <= this.#perMinute', 'this.#taken < this.#perMinute'],
    ['this.#taken - this.#perMinute', 'this.#taken'],
    ['if (rest > 0)', 'if (rest >= 0)'],
  ),
  ...of(
    'src/foreign.ts',
    'src/foreign.test.ts',
    ['code < 0x20', 'code < 0x10'],
    ['[harmless(name), harmlessValue(item)]', '[name, harmlessValue(item)]'],
    ['value.map((item) => harmlessValue(item))', 'value'],
    ['\\p{Cf}', ''],
  ),
  ...of(
    'src/named-file.ts',
    'src/named-file.test.ts',
    ['bytes += read\n    if (bytes > maxBytes) throw tooLarge(maxBytes)', 'bytes += read'],
    ['!stats.isFile() && !stats.isFIFO()', 'false'],
  ),
]
