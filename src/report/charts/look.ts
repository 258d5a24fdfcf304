/** How a chart is to be drawn: for which width, on which ground. */
export interface Look {
  /** Of the whole chart, CSS pixels. */
  width: number
  scheme: 'light' | 'dark'
  /** A picture by itself says what it is; in the page the text around it does. */
  isPicture: boolean
}

export interface Colours {
  ground: string
  text: string
  muted: string
  line: string
  faint: string
  /** By slot. After Okabe and Ito, for readers of every kind of colour vision; those of the dark ground are lighter. */
  series: readonly string[]
  /** From rare to frequent. */
  heat: readonly string[]
  onHeat: string
  better: string
  worse: string
}

const LIGHT: Colours = {
  ground: '#ffffff',
  text: '#1b1f24',
  muted: '#4f5862',
  line: '#8b949e',
  faint: '#e2e6ea',
  series: ['#0072b2', '#d55e00', '#009e73', '#b5548d', '#c98a00', '#3f9bd1', '#1b1f24', '#7f7600'],
  heat: ['#e3eef8', '#9dc6e4', '#4d97cb', '#17649f', '#062c52'],
  onHeat: '#d55e00',
  better: '#0072b2',
  worse: '#d55e00',
}

const DARK: Colours = {
  ground: '#0f1419',
  text: '#e6edf3',
  muted: '#a3adb8',
  line: '#6b7683',
  faint: '#2a323b',
  series: ['#56b4e9', '#e69f00', '#2fd0a0', '#e39ac8', '#f0e442', '#8fa8ff', '#ffffff', '#c0b86a'],
  heat: ['#16283a', '#1f4e79', '#2f81b7', '#7cc0ea', '#e8f5ff'],
  onHeat: '#e69f00',
  better: '#56b4e9',
  worse: '#e69f00',
}

export function coloursOf({ scheme }: Look): Colours {
  return scheme === 'dark' ? DARK : LIGHT
}

/** Colour alone never tells two lines apart. */
const DASHES: readonly (readonly number[] | 'solid')[] = [
  'solid',
  [7, 3],
  [2, 3],
  [9, 3, 2, 3],
  [4, 2],
  [12, 4],
  [1, 2],
  [6, 2, 1, 2, 1, 2],
]
const SYMBOLS = [
  'circle',
  'triangle',
  'rect',
  'diamond',
  'emptyCircle',
  'emptyTriangle',
  'emptyRect',
  'emptyDiamond',
]

/** As many series as can be told apart in one chart. */
export const SLOTS = 8

export function seriesLook(slot: number, colours: Colours) {
  const i = slot % SLOTS
  return {
    color: colours.series[i] ?? colours.text,
    dash: DASHES[i] ?? 'solid',
    symbol: SYMBOLS[i] ?? 'circle',
  }
}

/** With single quotes: ECharts puts it into attributes of an SVG as it is. */
export const FONT =
  "system-ui, -apple-system, 'Segoe UI', Roboto, 'Liberation Sans', 'DejaVu Sans', Arial, sans-serif"

export function isNarrow({ width }: Look): boolean {
  return width < 520
}
