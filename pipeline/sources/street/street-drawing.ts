import type { Random } from './random.ts';

/** Height of the scene in its own units; the ground lines below are in the same. */
export const SCENE_HEIGHT = 720;
const HOUSES_BOTTOM = 522;
const ROAD_TOP = 552;
const ROAD_BOTTOM = 694;

/** One strip of the scene, `width` units wide, that joins onto itself: its left edge continues its right edge. */
export type StripDrawing = (width: number, random: Random) => string;

/** What never moves: sky, sun, and the surface of the road. */
export const drawBackdrop: StripDrawing = (width, random) => {
  const clouds = Array.from({ length: Math.ceil(width / 260) }, (_, index) =>
    cloud(index * 260 + random.between(0, 160), random.between(50, 190), random.between(0.6, 1.25)),
  );
  return `<defs>
      <linearGradient id="sky" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="#5fa6df"/><stop offset="1" stop-color="#e3f0f7"/></linearGradient>
      <radialGradient id="glow"><stop offset="0" stop-color="#fff4c9" stop-opacity=".8"/><stop offset="1" stop-color="#fff4c9" stop-opacity="0"/></radialGradient>
      <linearGradient id="road" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="#5d6166"/><stop offset="1" stop-color="#46494e"/></linearGradient>
    </defs>
    <rect width="${width}" height="${HOUSES_BOTTOM}" fill="url(#sky)"/>
    <circle cx="${width * 0.82}" cy="104" r="150" fill="url(#glow)"/>
    <circle cx="${width * 0.82}" cy="104" r="38" fill="#fff7d6"/>
    ${clouds.join('')}
    <rect y="${HOUSES_BOTTOM}" width="${width}" height="${SCENE_HEIGHT - HOUSES_BOTTOM}" fill="url(#road)"/>`;
};

/** Towers far away, pale in the haze. */
export const drawSkyline: StripDrawing = (width, random) =>
  plots(width, random, [46, 110])
    .map(({ x, width: wide }) => {
      const top = random.between(130, 290);
      const colour = random.pick(['#a9c3d6', '#b4cbdb', '#9fbace']);
      return `<rect x="${x}" y="${top}" width="${wide + 1}" height="${HOUSES_BOTTOM - top}" fill="${colour}"/>`;
    })
    .join('');

/** The house fronts across the street, with windows, doors and shops. */
export const drawHouses: StripDrawing = (width, random) =>
  plots(width, random, [170, 270])
    .map((plot) => house(plot, random))
    .join('');

/** The pavement across the street, its kerb and its trees. */
export const drawFarPavement: StripDrawing = (width, random) => {
  const slabs = every(width, 40, (x) => `<rect x="${x}" y="${HOUSES_BOTTOM}" width="1.5" height="20" fill="#a39d93"/>`);
  const trees = plots(width, random, [260, 420]).map(({ x, width: wide }) =>
    random.chance(0.65) ? tree(x + wide / 2, random) : lamp(x + wide / 2),
  );
  return `<rect y="${HOUSES_BOTTOM}" width="${width}" height="22" fill="#b9b3a9"/>${slabs}
    <rect y="${HOUSES_BOTTOM + 20}" width="${width}" height="${ROAD_TOP - HOUSES_BOTTOM - 20}" fill="#8d8981"/>${trees.join('')}`;
};

/** The dashes in the middle of the road. */
export const drawLaneMarks: StripDrawing = (width) =>
  every(width, 160, (x) => `<path d="M${x + 8} 622 h84 l-8 9 h-84 z" fill="#e9e6dc"/>`);

/** The pavement on the near side. */
export const drawNearPavement: StripDrawing = (width) => {
  const slabs = every(
    width,
    100,
    (x) => `<rect x="${x}" y="${ROAD_BOTTOM + 8}" width="3" height="18" fill="#a39d93"/>`,
  );
  return `<rect y="${ROAD_BOTTOM}" width="${width}" height="8" fill="#d6d1c6"/><rect y="${ROAD_BOTTOM + 8}" width="${width}" height="18" fill="#bdb7ac"/>${slabs}`;
};

interface Plot {
  readonly x: number;
  readonly width: number;
}

/** Cuts the strip into plots that fill it exactly. */
function plots(width: number, random: Random, [least, most]: readonly [number, number]): readonly Plot[] {
  const cuts: Plot[] = [];
  for (let x = 0; x < width;) {
    const wide = width - x < least + most ? width - x : random.between(least, most);
    cuts.push({ x, width: wide });
    x += wide;
  }
  return cuts;
}

function every(width: number, step: number, draw: (x: number) => string): string {
  const count = Math.max(1, Math.round(width / step));
  return Array.from({ length: count }, (_, index) => draw((index * width) / count)).join('');
}

function cloud(x: number, y: number, size: number): string {
  const puff = (dx: number, dy: number, r: number): string => `<circle cx="${dx}" cy="${dy}" r="${r}"/>`;
  return `<g transform="translate(${x} ${y}) scale(${size})" fill="#ffffff" opacity=".75">${puff(0, 0, 22)}${puff(26, -10, 28)}${puff(56, -2, 24)}<rect x="-14" y="2" width="86" height="20" rx="10"/></g>`;
}

const WALLS = ['#c9886b', '#d8b48a', '#b7746a', '#9fae9c', '#d9cdb4', '#8fa3b0', '#c2a08f'] as const;
const AWNINGS = ['#2f7d6b', '#3b6ea5', '#d08a2e', '#6a5a8c'] as const;

function house({ x, width }: Plot, random: Random): string {
  const top = random.between(236, 330);
  const wall = random.pick(WALLS);
  const columns = Math.max(2, Math.floor((width - 24) / 52));
  const floors = Math.floor((HOUSES_BOTTOM - 92 - top) / 62);
  const pitch = (width - 20) / columns;
  const windows = Array.from({ length: columns * Math.max(1, floors) }, (_, index) =>
    windowAt(x + 10 + ((index % columns) + 0.5) * pitch, top + 24 + Math.floor(index / columns) * 62, random),
  );
  return `<rect x="${x}" y="${top}" width="${width + 1}" height="${HOUSES_BOTTOM - top}" fill="${wall}"/>
    <rect x="${x}" y="${top - 9}" width="${width + 1}" height="12" fill="#6d5f57"/>
    <rect x="${x + width - 5}" y="${top + 3}" width="5" height="${HOUSES_BOTTOM - top - 3}" fill="#000000" opacity=".14"/>
    ${windows.join('')}${groundFloor({ x, width }, random)}`;
}

function windowAt(centre: number, y: number, random: Random): string {
  const glass = random.pick(['#4d6a80', '#58788f', '#46617a', '#f2d98b']);
  return `<rect x="${centre - 15}" y="${y}" width="30" height="40" fill="#f1ece2"/>
    <rect x="${centre - 12}" y="${y + 3}" width="24" height="34" fill="${glass}"/>
    <rect x="${centre - 1}" y="${y + 3}" width="2" height="34" fill="#f1ece2"/><rect x="${centre - 18}" y="${y + 40}" width="36" height="4" fill="#ddd5c6"/>`;
}

function groundFloor({ x, width }: Plot, random: Random): string {
  const top = HOUSES_BOTTOM - 74;
  const door = x + width - 52;
  const shop = random.chance(0.6);
  const awning = `<path d="M${x + 10} ${top - 4} h${width - 76} l8 18 h${-(width - 60)} z" fill="${random.pick(AWNINGS)}"/>`;
  return `<rect x="${x + 14}" y="${top + 6}" width="${width - 84}" height="52" fill="#f1ece2"/>
    <rect x="${x + 18}" y="${top + 10}" width="${width - 92}" height="44" fill="${random.pick(['#7f9fb0', '#6f8fa3', '#ead9a0'])}"/>
    <rect x="${door}" y="${top + 6}" width="36" height="68" fill="#5a4636"/><rect x="${door + 4}" y="${top + 11}" width="28" height="24" fill="#88a0ab"/>${shop ? awning : ''}`;
}

function tree(x: number, random: Random): string {
  const leaf = random.pick(['#4f8a4b', '#5b9655', '#47804a']);
  const crown = [
    [0, 412, 44],
    [-30, 432, 32],
    [30, 430, 34],
    [0, 446, 40],
  ].map(([dx = 0, y = 0, r = 0]) => `<circle cx="${x + dx}" cy="${y}" r="${r}" fill="${leaf}"/>`);
  return `<rect x="${x - 6}" y="450" width="12" height="86" fill="#6b4e37"/>${crown.join('')}<circle cx="${x - 12}" cy="408" r="20" fill="#ffffff" opacity=".10"/>`;
}

function lamp(x: number): string {
  return `<rect x="${x - 3}" y="352" width="6" height="184" fill="#4b5157"/><path d="M${x - 3} 354 h34 v6 h-34 z" fill="#4b5157"/><rect x="${x + 22}" y="358" width="20" height="7" fill="#fff0b3"/>`;
}
