import type { Chart } from '../charts/chart.js'
import type { Look } from '../charts/look.js'
import { heightOf, optionOf } from '../charts/option.js'
import { textWidth } from '../charts/text-width.js'
import { init, setPlatformAPI } from './echarts.js'

/** `chart` as a picture by itself: an SVG document. Needs no browser. */
export function renderSvg(chart: Chart, { width, scheme }: Pick<Look, 'width' | 'scheme'>): string {
  // Without a browser nothing measures text, and the guess of ECharts is for narrow fonts: names would be cut off.
  setPlatformAPI({ measureText })
  const look: Look = { width, scheme, isPicture: true }
  const drawn = init(null, null, {
    renderer: 'svg',
    ssr: true,
    width,
    height: heightOf(chart, look),
  })
  try {
    drawn.setOption(optionOf(chart, look))
    return drawn.renderToSVGString()
  } finally {
    drawn.dispose()
  }
}

/** @param font as CSS has it: `600 17px …` */
function measureText(text: string, font = ''): { width: number } {
  const size = Number(/([\d.]+)px/.exec(font)?.[1] ?? 12)
  return { width: textWidth(text, size, /\b(bold|[6-9]00)\b/.test(font)) }
}
