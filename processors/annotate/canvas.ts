/** Red, green and blue, 0 to 255. */
export type Colour = readonly [red: number, green: number, blue: number];

/** Whole pixels; may lie partly or wholly outside the picture. */
export interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** An opaque rgb24 picture to be copied onto another. */
export interface Sprite {
  readonly width: number;
  readonly height: number;
  readonly bytes: Buffer;
}

/** Draws into rgb24 pixels in place; what lies outside is cut off. */
export class Canvas {
  readonly width: number;
  readonly height: number;
  readonly #bytes: Buffer;

  constructor(bytes: Buffer, { width, height }: { readonly width: number; readonly height: number }) {
    this.#bytes = bytes;
    this.width = width;
    this.height = height;
  }

  fill(rectangle: Rectangle, [red, green, blue]: Colour): void {
    const { left, top, right, bottom } = this.#clip(rectangle);
    for (let y = top; y < bottom; y++) {
      const end = (y * this.width + right) * 3;
      for (let at = (y * this.width + left) * 3; at < end; at += 3) {
        this.#bytes[at] = red;
        this.#bytes[at + 1] = green;
        this.#bytes[at + 2] = blue;
      }
    }
  }

  /** Halves the brightness. */
  darken(rectangle: Rectangle): void {
    const { left, top, right, bottom } = this.#clip(rectangle);
    for (let y = top; y < bottom; y++) {
      const end = (y * this.width + right) * 3;
      for (let at = (y * this.width + left) * 3; at < end; at++) this.#bytes[at] = (this.#bytes[at] ?? 0) >> 1;
    }
  }

  copy(sprite: Sprite, x: number, y: number): void {
    const { left, top, right, bottom } = this.#clip({ x, y, width: sprite.width, height: sprite.height });
    if (right <= left) return;
    for (let row = top; row < bottom; row++) {
      const from = ((row - y) * sprite.width + left - x) * 3;
      sprite.bytes.copy(this.#bytes, (row * this.width + left) * 3, from, from + (right - left) * 3);
    }
  }

  #clip({ x, y, width, height }: Rectangle): { left: number; top: number; right: number; bottom: number } {
    return {
      left: Math.max(0, x),
      top: Math.max(0, y),
      right: Math.min(this.width, x + width),
      bottom: Math.min(this.height, y + height),
    };
  }
}

/** The four sides of a rectangle's border, `line` pixels wide, growing inwards. */
export function sidesOf({ x, y, width, height }: Rectangle, line: number): readonly Rectangle[] {
  const across = Math.min(line, width);
  const down = Math.min(line, height);
  const between = { y: y + down, height: Math.max(0, height - 2 * down) };
  return [
    { x, y, width, height: down },
    { x, y: y + height - down, width, height: down },
    { x, width: across, ...between },
    { x: x + width - across, width: across, ...between },
  ];
}
