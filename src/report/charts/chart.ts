/** Numbers of a chart as text: the first cell of a row names it. */
export interface ChartTable {
  head: string[]
  rows: string[][]
}

interface Common {
  /** Unique in a report; also the name of the picture's file. */
  id: string
  title: string
  /** Where it was measured, for pictures that stand alone. */
  where?: string
  /** What it shows, in a sentence or two. */
  caption: string
  table: ChartTable
}

/** What the values of a chart are; decides how they are written. `s/GB` is also ns per byte. */
export type Unit = 'ns' | 'bit/s' | '1/s' | 's/GB'

/** Something that keeps its colour, dash and symbol in all charts of a report. */
interface Series {
  name: string
  slot: number
}

export interface CurveChart extends Common {
  kind: 'curve'
  lines: (Series & {
    /** How deep in nines, `-log10(1 - quantile)`, and the round trip there, ns. */
    points: [depth: number, ns: number][]
    /** Least and greatest of the repetitions at those depths. */
    band: [depth: number, low: number, high: number][]
  })[]
  depth: number
  range: Range
}

/** Of a logarithmic axis that several charts share. */
export interface Range {
  low: number
  high: number
}

export interface HeatChart extends Common {
  kind: 'heat'
  /** Where each column begins and ends, s of measured time. */
  columns: [from: number, to: number][]
  /** Edges of the classes of round trips, ns; one more than there are classes. */
  edges: number[]
  /** Part of the messages of a column that fell into a class. */
  cells: [column: number, bin: number, share: number][]
  /** ns for each column; `null`: too few samples, or infinitely late. */
  median: (number | null)[]
  p99: (number | null)[]
  /** Where another repetition begins, s. */
  breaks: number[]
}

export interface SizeChart extends Common {
  kind: 'size'
  unit: Unit
  yName: string
  lines: (Series & { points: [bytes: number, median: number, min: number, max: number][] })[]
}

export interface TrendChart extends Common {
  kind: 'trend'
  unit: Unit
  yName: string
  /** How many results the axis has room for. */
  results: number
  lines: (Series & { points: [result: number, median: number, min: number, max: number][] })[]
}

export interface StripChart extends Common {
  kind: 'strip'
  unit: Unit
  xName: string
  /** `null`: infinitely late, which has no place on an axis. */
  rows: (Series & { values: (number | null)[] })[]
}

export interface DotsChart extends Common {
  kind: 'dots'
  unit: Unit
  xName: string
  rows: (Series & { client: SpreadTriple | null; server: SpreadTriple | null })[]
}

export type SpreadTriple = [median: number, min: number, max: number]

export interface ForestChart extends Common {
  kind: 'forest'
  xName: string
  rows: {
    name: string
    estimate: number
    low: number
    high: number
    verdict: 'better' | 'worse' | 'no-evidence' | 'cannot-tell'
  }[]
}

/** Everything a chart shows, and no more: it is what a report embeds. */
export type Chart =
  | CurveChart
  | HeatChart
  | SizeChart
  | TrendChart
  | StripChart
  | DotsChart
  | ForestChart
