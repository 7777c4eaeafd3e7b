import type { Sharp } from '../picture/sharp.ts';
import { FONT, GLYPHS, UNKNOWN } from './stroke-font.ts';

/** One character at one size: where its pen mask stands in the sheet, and how far the next one begins. Pixels. */
interface Glyph {
  readonly left: number;
  readonly width: number;
}

/** A line of text as a mask: one byte a pixel, 0 paper to 255 ink. */
export interface TextMask {
  readonly width: number;
  readonly height: number;
  readonly ink: Uint8Array;
}

/** Every glyph of the font, drawn once at one size. */
export interface Lettering {
  readonly lineHeight: number;
  write(text: string): TextMask;
}

/** Thinner lines pale at small sizes. */
const THINNEST_LINE_PX = 1.2;

/** Draws the font at about `sizePx` an em; capitals fill whole pixels, so that small sizes stay crisp. */
export async function createLettering(sharp: Sharp, sizePx: number): Promise<Lettering> {
  const scale = Math.max(5, Math.round((sizePx * FONT.capHeight) / FONT.unitsPerEm)) / FONT.capHeight;
  const above = Math.ceil(-FONT.top * scale);
  const lineHeight = above + Math.ceil(FONT.bottom * scale);
  const glyphs = new Map<string, Glyph>();
  let sheetWidth = 0;
  const drawings = Object.entries(GLYPHS).map(([character, [width, path]]) => {
    const glyph = { left: sheetWidth, width: Math.round((width + 2 * FONT.sideBearing) * scale) };
    glyphs.set(character, glyph);
    sheetWidth += glyph.width;
    return `<path d="${path}" transform="translate(${glyph.left + FONT.sideBearing * scale} ${above}) scale(${scale})"/>`;
  });
  const pen = Math.max(FONT.pen, THINNEST_LINE_PX / scale);
  const ink = await drawSheet(sharp, drawings, { width: sheetWidth, height: lineHeight, pen });
  const sheet: Sheet = { glyphs, ink, width: sheetWidth, lineHeight, capitalRise: Math.round(3.2 * scale) };
  return { lineHeight, write: (text) => write(sheet, text) };
}

async function drawSheet(
  sharp: Sharp,
  drawings: readonly string[],
  { width, height, pen }: { width: number; height: number; pen: number },
): Promise<Uint8Array> {
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><g fill="none" stroke="#fff" ` +
    `stroke-width="${pen}" stroke-linecap="round" stroke-linejoin="round">${drawings.join('')}</g></svg>`;
  return await sharp(Buffer.from(svg)).ensureAlpha().extractChannel('alpha').raw().toBuffer();
}

interface Sheet {
  readonly glyphs: ReadonlyMap<string, Glyph>;
  readonly ink: Uint8Array;
  readonly width: number;
  readonly lineHeight: number;
  /** How much higher an accent stands on a capital. */
  readonly capitalRise: number;
}

interface Placed {
  readonly glyph: Glyph;
  readonly x: number;
  readonly rise: number;
}

function write(sheet: Sheet, text: string): TextMask {
  const { placed, width } = arrange(sheet, text);
  const mask: TextMask = { width, height: sheet.lineHeight, ink: new Uint8Array(width * sheet.lineHeight) };
  for (const { glyph, x, rise } of placed) {
    for (let y = Math.max(0, rise); y < sheet.lineHeight; y++) {
      for (let column = Math.max(0, -x); column < Math.min(glyph.width, width - x); column++) {
        const ink = sheet.ink[y * sheet.width + glyph.left + column] ?? 0;
        const at = (y - rise) * width + x + column;
        mask.ink[at] = Math.max(mask.ink[at] ?? 0, ink);
      }
    }
  }
  return mask;
}

/** Characters side by side; a combining accent is centred over the character before it. */
function arrange({ glyphs, capitalRise }: Sheet, text: string): { placed: readonly Placed[]; width: number } {
  const placed: Placed[] = [];
  let width = 0;
  let previous = '';
  for (const character of text.normalize('NFD')) {
    const glyph = glyphs.get(character) ?? glyphs.get(UNKNOWN);
    const base = placed.at(-1);
    if (glyph === undefined) continue;
    if (base && /\p{M}/u.test(character) && glyphs.has(character)) {
      const isAboveCapital = /\p{Lu}/u.test(previous) && character !== '\u0327';
      const x = base.x + Math.round((base.glyph.width - glyph.width) / 2);
      placed.push({ glyph, x, rise: isAboveCapital ? capitalRise : 0 });
      continue;
    }
    placed.push({ glyph, x: width, rise: 0 });
    width += glyph.width;
    previous = character;
  }
  return { placed, width };
}
