import type { Range, Unit } from './chart.js'
import { type Colours, coloursOf, FONT, isNarrow, type Look } from './look.js'
import { textWidth } from './text-width.js'
import { logTicks, tickWords } from './ticks.js'

const LEGEND_ROW = 22
const TITLE_ROWS = 58

/** What a legend shows beside the names. */
type Marks = 'lines' | 'symbols'

/** What all charts have in common. Nothing moves, and a tooltip is drawn as text, never as markup. */
export function frame(
  look: Look,
  title: string,
  legend: readonly string[],
  marks: Marks = 'lines',
) {
  const colours = coloursOf(look)
  const top = look.isPicture ? TITLE_ROWS : 8
  return {
    animation: false,
    backgroundColor: look.isPicture ? colours.ground : 'transparent',
    textStyle: { fontFamily: FONT, color: colours.text, fontSize: 12 },
    ...(look.isPicture ? { title: titleOf(title, look, colours) } : {}),
    legend: {
      show: legend.length > 0,
      data: [...legend],
      top,
      left: 4,
      right: 4,
      itemWidth: marks === 'lines' ? 30 : 12,
      itemHeight: 10,
      itemGap: 14,
      selectedMode: false,
      textStyle: { color: colours.text, fontSize: 12 },
    },
    grid: gridOf(look, top + legendHeight(look, legend) + 10),
    tooltip: {
      renderMode: 'richText' as const,
      confine: true,
      backgroundColor: colours.ground,
      borderColor: colours.line,
      textStyle: { color: colours.text, fontSize: 12, fontFamily: FONT },
    },
  }
}

function titleOf(title: string, look: Look, { text, muted }: Colours) {
  return {
    text: title,
    left: 8,
    top: 10,
    textStyle: {
      color: text,
      fontSize: isNarrow(look) ? 14 : 17,
      fontWeight: 600,
      width: look.width - 24,
      overflow: 'break' as const,
    },
    itemGap: 5,
    subtextStyle: {
      color: muted,
      fontSize: 12,
      width: look.width - 24,
      overflow: 'truncate' as const,
    },
  }
}

function gridOf(look: Look, top: number) {
  return {
    left: 8,
    right: isNarrow(look) ? 14 : 22,
    top,
    bottom: 8,
    outerBoundsMode: 'same' as const,
    outerBoundsContain: 'all' as const,
  }
}

/** The legend wraps: as many rows as its names take. */
function legendHeight({ width }: Look, names: readonly string[]): number {
  if (names.length === 0) return 0
  let [rows, used] = [1, 0]
  for (const name of names) {
    const item = 30 + 5 + textWidth(name) + 14
    if (used > 0 && used + item > width - 8) {
      rows++
      used = 0
    }
    used += item
  }
  return rows * LEGEND_ROW
}

/** What stands above the plot, CSS pixels. */
export function headHeight(look: Look, legend: readonly string[]): number {
  return (look.isPicture ? TITLE_ROWS : 8) + legendHeight(look, legend) + 10
}

/** An axis over the logarithms (base 10) of its values, with marks at round values. */
export function logAxis(
  look: Look,
  { range, unit, name, most }: { range: Range; unit: Unit; name: string; most: number },
) {
  const ticks = logTicks(range, most)
  return axis(look, {
    name,
    min: Math.log10(range.low),
    max: Math.log10(range.high),
    ticks: ticks.map((value) => Math.log10(value)),
    words: (value) => tickWords(10 ** value, unit),
  })
}

interface AxisParts {
  name: string
  min: number
  max: number
  ticks: number[]
  words(value: number): string
}

/** A numeric axis whose marks are given. */
export function axis(look: Look, { name, min, max, ticks, words }: AxisParts) {
  const colours = coloursOf(look)
  return {
    type: 'value' as const,
    name,
    nameLocation: 'middle' as const,
    nameGap: 28,
    nameTextStyle: { color: colours.muted, fontSize: 12 },
    min,
    max,
    axisLine: { show: true, onZero: false, lineStyle: { color: colours.line } },
    axisTick: { show: true, customValues: ticks, lineStyle: { color: colours.line } },
    axisLabel: {
      customValues: ticks,
      color: colours.muted,
      fontSize: 12,
      hideOverlap: true,
      formatter: words,
    },
    splitLine: { show: true, lineStyle: { color: colours.faint } },
    minorTick: { show: false },
  }
}
