import type { Colour } from './canvas.ts';

/** Turning by the golden angle keeps the hues of neighbouring class numbers far apart, however many there are. */
const GOLDEN_ANGLE = 137.508;

/** The colour of a class: always the same for a `labelId`. */
export function classColour(labelId: number): Colour {
  const hue = (((labelId * GOLDEN_ANGLE) % 360) + 360) % 360;
  const lightness = [0.5, 0.62, 0.42][Math.abs(labelId) % 3] ?? 0.5;
  return fromHsl(hue, 0.9, lightness);
}

/** Black or white, whichever reads better on a colour. */
export function inkOn([red, green, blue]: Colour): Colour {
  const luminance = 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
  return luminance > 0.179 ? [0, 0, 0] : [255, 255, 255]; // equal contrast (WCAG 2) to black and to white
}

function linear(channel: number): number {
  const share = channel / 255;
  return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
}

function fromHsl(hue: number, saturation: number, lightness: number): Colour {
  const reach = saturation * Math.min(lightness, 1 - lightness);
  const channel = (offset: number): number => {
    const turn = (offset + hue / 30) % 12;
    return Math.round(255 * (lightness - reach * Math.max(-1, Math.min(turn - 3, 9 - turn, 1))));
  };
  return [channel(0), channel(8), channel(4)];
}
