import type { Sharp } from '../picture/sharp.ts';
import type { Colour, Sprite } from './canvas.ts';
import { createLettering, type Lettering } from './lettering.ts';
import { inkOn } from './palette.ts';

/** Labels kept for each size: bounded, since those of a 4096 wide picture take 50 KB each. */
const MAX_LABELS = 400;
const MAX_SIZES = 4;

/** Labels in one size of type, each drawn once. */
export interface LabelSprites {
  readonly height: number;
  label(text: string, paper: Colour): Sprite;
}

/** Keeps the labels of the sizes in use. */
export class LabelSpriteCache {
  readonly #sharp: Sharp;
  readonly #sizes = new Map<number, Promise<LabelSprites>>();

  constructor(sharp: Sharp) {
    this.#sharp = sharp;
  }

  ofSize(sizePx: number): Promise<LabelSprites> {
    return remembered(this.#sizes, { key: sizePx, max: MAX_SIZES, make: () => this.#create(sizePx) });
  }

  async #create(sizePx: number): Promise<LabelSprites> {
    const lettering = await createLettering(this.#sharp, sizePx);
    const sprites = new Map<string, Sprite>();
    return {
      height: lettering.lineHeight,
      label: (text, paper) =>
        remembered(sprites, {
          key: `${paper.join()} ${text}`,
          max: MAX_LABELS,
          make: () => drawLabel(lettering, text, paper),
        }),
    };
  }
}

/** Takes from the cache or makes and keeps; the oldest entry makes room. */
function remembered<Key, Value>(
  cache: Map<Key, Value>,
  { key, max, make }: { key: Key; max: number; make: () => Value },
): Value {
  const known = cache.get(key);
  if (known !== undefined) return known;
  const [oldest] = cache.keys();
  if (cache.size >= max && oldest !== undefined) cache.delete(oldest);
  const made = make();
  cache.set(key, made);
  return made;
}

function drawLabel(lettering: Lettering, text: string, paper: Colour): Sprite {
  const mask = lettering.write(text);
  const margin = Math.ceil(lettering.lineHeight / 10);
  const width = mask.width + 2 * margin;
  const bytes = Buffer.alloc(width * mask.height * 3, Buffer.from(paper));
  const ink = inkOn(paper);
  for (let y = 0; y < mask.height; y++) {
    for (let x = 0; x < mask.width; x++) {
      const opacity = (mask.ink[y * mask.width + x] ?? 0) / 255;
      const at = (y * width + margin + x) * 3;
      ink.forEach((channel, index) => {
        const below = paper[index] ?? 0;
        bytes[at + index] = Math.round(below + (channel - below) * opacity);
      });
    }
  }
  return { width, height: mask.height, bytes };
}
