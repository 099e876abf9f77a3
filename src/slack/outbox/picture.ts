/** SVG → PNG, which is what Slack shows. */
import { fileURLToPath } from 'node:url'

/** Installed with elevate, so that letters look the same, and are there at all, on a server without fonts. */
const FONTS = ['DejaVuSans.ttf', 'DejaVuSans-Bold.ttf']
/** Twice as many dots as the drawing has units: sharp on most screens, and below Slack's limits by far. */
const SCALE = 2

/**
 * The renderer is only loaded when somebody asks for a picture: it takes tens of milliseconds and megabytes. It works
 * in a thread of its own. What the fonts lack (Chinese, say) comes from the machine's fonts, where it has any;
 * not with `machineFonts: false`.
 */
export async function pictureOf(
  svg: string,
  { machineFonts = true }: { readonly machineFonts?: boolean } = {},
): Promise<Uint8Array> {
  const { renderAsync } = await import('@resvg/resvg-js')
  const picture = await renderAsync(svg, {
    fitTo: { mode: 'zoom', value: SCALE },
    font: {
      fontFiles: FONTS.map((name) => fileURLToPath(import.meta.resolve(`dejavu-fonts-ttf/ttf/${name}`))),
      loadSystemFonts: machineFonts,
      defaultFontFamily: 'DejaVu Sans',
    },
  })
  return picture.asPng()
}
